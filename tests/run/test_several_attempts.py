"""A run whose agents have two attempts at each task: first as many as the budget allows, then all."""

from collections import Counter
from pathlib import Path

from archive.check import problems
from archive.disk import DiskArchive
from archive.events import Scored
from dgm.report.facts import facts
from dgm.run import launch, resume
from tests.run.mini import QUIET, config, mini_parts

SETTINGS = ["search.rounds=2", "budget.expansions=2"]


def attempts(folder: Path) -> Counter[tuple[str, str]]:
    events = [entry.event for entry in DiskArchive.read(folder).entries()]
    scored = [event for event in events if isinstance(event, Scored) and event.split == "search"]
    return Counter((event.agent, event.task) for event in scored)


def test_every_agent_has_two_attempts_at_each_task(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    launch(folder, config(1, evaluations=6, more=SETTINGS), QUIET, parts_of=mini_parts)
    assert set(attempts(folder).values()) == {1, 2}
    assert resume(folder, ["budget.evaluations=100"], QUIET, parts_of=mini_parts).reason == "done"
    known, counted = facts(DiskArchive.read(folder)), attempts(folder)
    agents = len(known.history.born)
    assert agents > 1
    assert len(counted) == agents * 4
    assert set(counted.values()) == {2}
    asked = [a for a in known.history.asked.values() if a.purpose == "search" and a.job == "evaluate"]
    assert Counter(each.repeat for each in asked) == {0: agents * 4, 1: agents * 4}
    assert known.clades.own.attempted.tolist() == [8] * agents
    assert problems(folder) == []
