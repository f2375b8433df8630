"""One miniature run for every test that reads one, and a copy where it is written to."""

import os
import shutil
from pathlib import Path

import pytest

# As the command line does, before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tests.run.mini import carry_on


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An uninterrupted run with one worker, for reading only."""
    folder = tmp_path_factory.mktemp("run") / "whole"
    assert carry_on(folder).reason == "done"
    return folder


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    """A finished run of the test's own."""
    folder = tmp_path / "run"
    shutil.copytree(whole, folder, symlinks=True)
    return folder
