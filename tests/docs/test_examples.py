"""The documents' examples do what they say: each document in a folder of its own, block by block.

There, as a reader has them after some use: `runs/001`, a small finished run; `.venv/bin/dgm` and `dgm`, which
start, fork and resume runs on a few tasks and no further than their first ticket; `make`, which only looks
whether there is such a target; an empty git repository; and beside it `../project`, a repository with the
defect that `bug.md` tells of.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import without_engine
from tests.docs.blocks import Block, blocks
from tests.docs.few import small_run
from tests.solve.own_repository import ISSUE, git, made

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
NOT_RUN = 4
"""How many blocks can't be run here; each says why."""
SHELLS = {"sh", "console"}
SECONDS = 120

DGM = """#!/bin/sh
exec {python} -m tests.docs.as_documented "$@"
"""
MAKE = """#!/bin/sh
for target; do
    grep -q "^$target:" {root}/Makefile || {{ echo "make: no target $target" >&2; exit 2; }}
done
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "001"
    assert small_run(folder).reason == "done"
    return folder


@pytest.fixture
def place(finished: Path, tmp_path: Path) -> Path:
    """Where a document's blocks are run."""
    clone, programs = tmp_path / "clone", tmp_path / "programs"
    for folder in (clone / "runs", clone / ".venv/bin", programs):
        folder.mkdir(parents=True)
    for name, text in {"dgm": DGM, "make": MAKE}.items():
        known = {"python": shlex.quote(sys.executable), "root": shlex.quote(str(ROOT))}
        (programs / name).write_text(text.format_map(known))
        (programs / name).chmod(0o755)
    (clone / ".venv/bin/dgm").symlink_to(programs / "dgm")
    shutil.copytree(finished, clone / "runs/001", symlinks=True)
    git(clone, "init", "-q")
    made(tmp_path / "project")
    (clone / "bug.md").write_text(ISSUE)
    return clone


def environment(place: Path) -> dict[str, str]:
    names = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
    return {
        **without_engine.environment(),
        "PATH": f"{place.parent / 'programs'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "110",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **dict.fromkeys(names, "reader@localhost"),
    }


def told(block: Block, place: Path) -> list[str]:
    """The lines that a block prints."""
    shell = ["bash", "-euc", block.commands]
    command = shell if block.language in SHELLS else [sys.executable, "-W", "error", "-c", block.text]
    done = subprocess.run(
        command, cwd=place, env=environment(place), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, f"{block}\n{block.text}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout.splitlines()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_runs_and_prints_what_is_shown(document: Path, place: Path) -> None:
    languages = SHELLS if document.name == "CONTRIBUTING.md" else SHELLS | {"python"}
    for block in blocks(document):
        if block.language not in languages or block.not_run is not None:
            continue
        lines = told(block, place)
        untold = block.untold(lines)
        assert not untold, "\n".join([f"{block} shows what was not told:", *untold, "It was told:", *lines])


def test_what_is_not_run_is_known() -> None:
    left = [f"{block}: {block.not_run}" for path in DOCUMENTS for block in blocks(path) if block.not_run]
    assert len(left) <= NOT_RUN, left


def test_a_reason_stands_right_before_its_block(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    comment = "<!-- not run: needs a key -->"
    fence = "```sh\ndgm run\n```"
    document.write_text(f"{comment}\n\n{fence}\n\n{fence}\n\n{comment}\n# Next\n{fence}\n")
    assert [block.not_run for block in blocks(document)] == ["needs a key", None, None]
