"""A run whose model costs money: killed between what it may cost and what it did, and stopped at its cap."""

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from archive.check import problems
from archive.disk import DiskArchive
from archive.events import Born, Called, Event, Rejected, Reserved, Resumed, Retried, Scored, Stopped, Usage
from dgm.cli.evolve import extension
from dgm.cli.inspect import draw_tree, show_agent
from dgm.ledger import Ledger
from dgm.run import resume
from tests.run.mini import QUIET, mini_parts

ROOT = Path(__file__).resolve().parents[2]
PRICED = "prices={offline={input=1.0, cached=0.5, output=10.0}}"


def mini(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.run.mini", str(folder), "1", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def events(folder: Path) -> list[Event]:
    return [entry.event for entry in DiskArchive.read(folder).entries()]


def ends(folder: Path) -> list[Event]:
    """What every ticket came to, without the time it took and what it cost."""
    found = [event for event in events(folder) if isinstance(event, Born | Scored | Rejected)]
    return [replace(event, seconds=0.0, usage=replace(event.usage, micro_usd=0)) for event in found]


def test_a_free_run_sets_nothing_aside(whole: Path) -> None:
    assert not [event for event in events(whole) if isinstance(event, Reserved)]
    assert Ledger(events(whole)).spent.micro_usd == 0


@pytest.mark.slow
def test_a_killed_and_capped_run_ends_as_an_uninterrupted_one(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    killed = mini(folder, "7", "called:before-write", PRICED, "budget.usd=0.03")
    assert killed.returncode == -signal.SIGKILL
    (lost,) = Ledger(events(folder)).unsettled.values()
    capped = resume(folder, [], QUIET, parts_of=mini_parts)
    assert capped.reason == "budget.usd reached"
    ledger = Ledger(events(folder))
    assert ledger.spent.micro_usd >= 30_000
    assert ledger.estimated_micro_usd == lost > 0
    assert extension(folder, "budget.usd") == "budget.usd=0.06"
    assert resume(folder, ["budget.usd=100.0"], QUIET, parts_of=mini_parts).reason == "done"

    assert ends(folder) == ends(whole)
    assert problems(folder) == []
    found = events(folder)
    assert [event.reason for event in found if isinstance(event, Stopped)] == ["budget.usd reached", "done"]
    assert sum(isinstance(event, Resumed) for event in found) == 2
    calls = [event for event in found if isinstance(event, Called)]
    reserved = {(e.ticket, e.attempt, e.n): e.micro_usd for e in found if isinstance(e, Reserved)}
    assert len(reserved) == len(calls) + 1
    for call in calls:
        assert 0 < call.usage.micro_usd <= reserved[call.ticket, call.attempt, call.n]
    ledger = Ledger(found)
    paid = sum((call.usage for call in calls), Usage())
    assert ledger.spent == paid + Usage(micro_usd=lost)
    assert next(event.estimated for event in found if isinstance(event, Retried)) == lost

    draw_tree(folder, as_json=True)
    summary = json.loads(capsys.readouterr().out)
    assert (summary["micro_usd"], summary["estimated_micro_usd"]) == (ledger.spent.micro_usd, lost)
    assert summary["comparison"]["resolved_per_usd"]["champion"] > 0
    draw_tree(folder, as_json=False)
    assert "is estimated" in capsys.readouterr().out
    show_agent(folder, "champion", as_json=True)
    assert json.loads(capsys.readouterr().out)["micro_usd"] > 0
