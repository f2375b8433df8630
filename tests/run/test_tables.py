"""`dgm.open`: a run as tables."""

import subprocess
import sys
from pathlib import Path

import pytest

import dgm
from archive.base import ArchiveError
from archive.disk import DiskArchive
from archive.journal import TAIL
from dgm.givens import seed_tree
from sandbox.tree import Tree
from tests.run.mini import config


def test_a_run_as_tables(whole: Path, tmp_path: Path) -> None:
    run = dgm.open(whole)
    assert len(run.agents) == len(run.lineage) == 6
    assert set(run.lineage.edges) == {(p, a) for a, parents in run.agents["parents"].items() for p in parents}
    search = run.outcomes[run.outcomes["split"] == "search"]
    resolved = search[search["verdict"] == "resolved"].groupby("agent").size()
    assert all(run.agents.loc[agent, "resolved"] == count for agent, count in resolved.items())
    assert int(search["calls"].sum()) <= len(run.calls)
    assert run.champion in run.agents.index
    assert Tree.from_folder(run.checkout("0", tmp_path / "seed")) == seed_tree(config())
    with pytest.raises(FileExistsError):
        run.checkout("champion", tmp_path / "seed")


def test_a_run_that_was_stopped_before_its_seed_agent_has_empty_tables(tmp_path: Path) -> None:
    DiskArchive.create(tmp_path / "run", 0)
    run = dgm.open(tmp_path / "run")
    assert (len(run.agents), len(run.outcomes), run.champion) == (0, 0, None)
    assert run.calls["micro_usd"].sum() == 0


def test_a_run_without_a_journal_is_told(tmp_path: Path) -> None:
    DiskArchive.create(tmp_path / "run", 0)
    (tmp_path / "run" / TAIL).unlink()
    with pytest.raises(ArchiveError, match="has no journal; mend: another folder, or remove this one"):
        dgm.open(tmp_path / "run")


def test_a_folder_that_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no run here"):
        dgm.open(tmp_path)


def test_importing_is_silent_and_loads_nothing_heavy() -> None:
    program = "import sys, dgm; print([m for m in ('pandas', 'numpy', 'pydantic') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
