"""A run keeps the splits it began with, and each stage's tasks, whatever is drawn afterwards."""

from pathlib import Path

import pytest

from archive.base import ArchiveError
from archive.check import problems
from archive.disk import DiskArchive
from archive.events import Asked, Started
from benchmarks.folder import ISSUE
from benchmarks.folder_suite import FolderSuite, add_task
from benchmarks.notes import Drawn, Notebook, Notes
from benchmarks.registry import open_suite
from benchmarks.splits import spread
from benchmarks.task import SuiteError
from dgm import kept_splits
from dgm.givens import recorded_config
from dgm.history import History
from dgm.run import OpenParts, fork, launch, resume
from dgm.run_toml import read
from tests.cli.command import dgm
from tests.run.mini import QUIET, MiniSuite, Tinkerer, parts_with, task

SETTINGS = [
    *("workers=1", "seed=7", "search.policy=darwin", "search.stage_one=1", "search.stage_two=2"),
    *("budget.evaluations=4", "search.finish_share=0", "budget.expansions=2"),
]


def redrawn(folder: Path) -> None:
    everything = FolderSuite(folder).everything
    swapped = {"search": "held_out", "held_out": "search"}
    splits = {name: swapped[one.split] for name, one in everything.items()}
    drawn = Drawn.model_validate({"seed": 1, "shares": {"search": 1.0, "held_out": 1.0}, "tasks": splits})
    Notebook(folder).write(Notes(splits=drawn))


def parts_on(folder: Path) -> OpenParts:
    return lambda config, notice: parts_with(FolderSuite(folder), Tinkerer(), config, notice)


def asked_in(folder: Path) -> list[Asked]:
    return list(History(entry.event for entry in DiskArchive.read(folder).entries()).asked.values())


def test_nothing_is_begun_on_a_suite_without_search_tasks(tmp_path: Path) -> None:
    folder, run = tmp_path / "mine", tmp_path / "run"

    parts_of = parts_on(folder)
    for each in MiniSuite().split("held_out"):
        add_task(folder, each)
    with pytest.raises(SuiteError, match="no task in split search; mend: another --suite"):
        launch(run, read(None, SETTINGS), QUIET, parts_of=parts_of)
    assert not run.exists()


@pytest.mark.parametrize("name", ["mine", "./mine", "folder:mine", "polyglot:mine"])
def test_a_suites_name_holds_wherever_one_stands(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine" / "tasks").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    told = open_suite(name).name
    monkeypatch.chdir("/")
    assert told.endswith(str(tmp_path / "mine"))
    assert open_suite(told).name == told


def test_splits_drawn_and_tasks_added_later_leave_a_run_alone(tmp_path: Path) -> None:
    folder, run = tmp_path / "mine", tmp_path / "run"

    parts_of = parts_on(folder)
    for each in MiniSuite().tasks.values():
        add_task(folder, each)
    launch(run, read(None, SETTINGS), QUIET, parts_of=parts_of)
    archive = DiskArchive.read(run)
    kept = kept_splits.kept(archive)
    assert kept["search"] == [each.id for each in spread(MiniSuite().split("search"), 7)]
    assert sorted(kept["held_out"]) == ["held-out-1", "held-out-2"]
    assert recorded_config(run, archive).suite.name == str(folder)
    before = len(asked_in(run))

    redrawn(folder)
    add_task(folder, task(3, "held_out"))
    resume(run, ["budget.evaluations=9", "budget.expansions=4"], QUIET, parts_of=parts_of)
    asked = asked_in(run)
    assert len(asked) > before
    for each in asked:
        if each.task is not None:
            assert each.task in kept["search" if each.purpose == "search" else "held_out"]
    assert problems(run) == []

    forked = tmp_path / "forked"
    fork(run, "0", forked, [], QUIET, parts_of=parts_of)
    assert kept_splits.kept(DiskArchive.read(forked)) == kept

    (folder / "tasks" / "search-0" / ISSUE).write_text("Something else is wrong.")
    with pytest.raises(ArchiveError, match="has changed since the run started"):
        resume(run, [], QUIET, parts_of=parts_of)
    replayed = dgm("replay", run, "0", "search-0")
    assert replayed.returncode == 1, replayed.stderr
    assert "has changed since the run: what differs may be the task's doing" in " ".join(
        replayed.stderr.split()
    )

    lost = next(e.event.splits for e in archive.entries() if isinstance(e.event, Started))
    next(run.glob(f"blobs/**/{lost}*")).unlink()
    assert ["(splits of line" in problem.thing for problem in problems(run)] == [True]
