"""`dgm pause` and `dgm veto`, on a run at rest and on one that a controller is at work on."""

import json
import os
import threading
from pathlib import Path

import pytest

from archive.check import problems
from archive.disk import DiskArchive
from archive.events import Asked, Born, Event, Paused, Resumed, Stopped, Vetoed
from dgm.cli.steering import pause_run, veto_agent
from dgm.controller import Progress
from dgm.report.facts import facts, row
from dgm.requests import FOLDER, STOP, Requests
from dgm.run import Watch, launch, resume
from tests.cli.command import complaint, dgm
from tests.run.mini import QUIET, config, mini_parts


def events(folder: Path) -> list[Event]:
    return [entry.event for entry in DiskArchive.read(folder).entries()]


def test_a_run_at_rest_is_told_at_once(run: Path) -> None:
    agent = next(event.champion for event in events(run) if isinstance(event, Stopped))
    assert agent is not None
    told = json.loads(dgm("veto", run, "champion", "--json").stdout)
    assert told["vetoed"] == agent
    assert told["controller"] is False
    assert dgm("pause", run).returncode == 0
    assert events(run)[-2:] == [Vetoed(agent), Paused()]
    known = facts(DiskArchive.read(run))
    assert [row(known, each)["vetoed"] for each in known.history.born if each == agent] == [True]
    assert f"nobody of the clade of #{_ordinal(run, agent)}" in dgm("log", run, "-n", 2).stdout
    assert problems(run) == []
    assert "no agent 'zzzz'" in complaint(dgm("veto", run, "zzzz"), 1)


def _ordinal(run: Path, agent: str) -> int:
    return next(event.ordinal for event in events(run) if isinstance(event, Born) and event.agent == agent)


def test_a_controller_at_work_journals_it_and_stops_in_good_order(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    first_child = threading.Event()
    reasons: list[str] = []

    def progress(state: Progress) -> None:
        if len(state.search.agents) > 1:
            first_child.set()

    def carry_on() -> None:
        watch = Watch(lambda _: None, progress, lambda _: None)
        reasons.append(launch(folder, config(), watch, parts_of=mini_parts).reason)

    at_work = threading.Thread(target=carry_on)
    at_work.start()
    assert first_child.wait(120)
    (folder / FOLDER).mkdir(exist_ok=True)
    traps = _traps(folder / FOLDER, tmp_path)
    born = next(event for event in events(folder) if isinstance(event, Born) and event.parents)
    assert veto_agent(folder, str(born.ordinal), as_json=True) == 0
    assert Vetoed(born.agent) in events(folder)
    assert pause_run(folder, as_json=True) == 0
    at_work.join(120)
    assert reasons == ["paused"]
    assert not list((folder / FOLDER).iterdir())
    assert traps.read_text() == "mine"
    kept = events(folder)
    assert isinstance(kept[-1], Stopped)
    assert kept[-1].reason == "paused"
    assert not any(isinstance(event, Asked) for event in kept[kept.index(Paused()) :])
    assert resume(folder, ["budget.evaluations=8"], QUIET, parts_of=mini_parts).reason == "done"
    kept = events(folder)
    assert any(isinstance(event, Resumed) for event in kept)
    clade = set(DiskArchive.read(folder).lineage.clade(born.agent))
    later = kept[kept.index(Vetoed(born.agent)) :]
    assert any(isinstance(event, Asked) and event.job == "expand" for event in later)
    assert not any(isinstance(event, Asked) and clade & set(event.parents) for event in later)


def test_a_stop_file_does_what_an_interrupt_does_and_is_meant_for_one_controller(tmp_path: Path) -> None:
    folder = tmp_path / "run"

    def progress(state: Progress) -> None:
        if len(state.search.agents) == 2:
            (folder / STOP).touch()

    watch = Watch(lambda _: None, progress, lambda _: None)
    assert launch(folder, config(), watch, parts_of=mini_parts).reason == "interrupted by the stop file"
    assert events(folder)[-1] == Stopped("interrupted by the stop file", events(folder)[-1].champion)  # type: ignore[union-attr]
    assert not (folder / STOP).exists()
    (folder / STOP).touch()
    assert resume(folder, ["budget.evaluations=6"], QUIET, parts_of=mini_parts).reason == "done"
    assert not (folder / STOP).exists()


def _traps(folder: Path, outside: Path) -> Path:
    """Requests that are none; they are thrown away, and what a link leads to is left alone."""
    mine = outside / "mine"
    mine.write_text("mine")
    (folder / "1.json").write_text('{"veto": 3}')
    (folder / "2.json").write_text('{"pause": true, "veto": "x"}')
    (folder / "3.json").write_text('{"veto": "' + "f" * 40 + '"}')
    (folder / "4.json").write_bytes(b"\xff" * 100_000)
    (folder / "5.json").symlink_to(mine)
    os.mkfifo(folder / "6.json")
    (folder / "7.json").write_text("[" * 200)
    return mine


def test_what_is_asked_is_what_is_read(tmp_path: Path, whole: Path) -> None:
    requests = Requests(tmp_path)
    agent = next(event.agent for event in events(whole) if isinstance(event, Born))
    placed = [requests.place(wish) for wish in (Vetoed(agent), Paused(), Vetoed(agent))]
    assert list(requests.pending()) == list(
        zip(placed, (Vetoed(agent), Paused(), Vetoed(agent)), strict=True)
    )


@pytest.mark.parametrize("command", ["pause", "veto"])
def test_a_folder_that_is_no_run_is_left_alone(command: str, tmp_path: Path) -> None:
    words = (command, tmp_path) if command == "pause" else (command, tmp_path, "0")
    assert "no run here" in complaint(dgm(*words), 1)
    assert not list(tmp_path.iterdir())
