"""The journal as a reader wants it."""

import json
from pathlib import Path

import pytest

from archive.disk import DiskArchive
from archive.events import Asked, Called, Scored
from dgm.cli.explain import show_log
from tests.cli.command import complaint, dgm


def test_a_line_an_event_newest_last_without_the_calls(whole: Path) -> None:
    events = [e.event for e in DiskArchive.read(whole).entries() if not isinstance(e.event, Called)]
    done = dgm("log", whole)
    lines = done.stdout.splitlines()
    assert len(lines) == len(events)
    for line, event in zip(lines, events, strict=True):
        assert f" {type(event).__name__.lower()} " in line
    assert "on mini, seed 7" in lines[0]
    assert "done; champion #" in lines[-1]


def test_by_agent_and_kind(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = [entry.event for entry in DiskArchive.read(whole).entries()]
    seed = next(event.agent for event in events if isinstance(event, Scored))
    assert show_log(whole, "0", "scored,asked", None, as_json=True) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    wanted = [
        event.ticket
        for event in events
        if (isinstance(event, Scored) and event.agent == seed)
        or (isinstance(event, Asked) and seed in (event.agent, *event.parents))
    ]
    assert [row["ticket"] for row in rows] == wanted
    assert {row["verdict"] for row in rows if row["event"] == "scored"} == {"resolved", "unresolved"}
    assert show_log(whole, None, "called", 3, as_json=True) == 0
    assert [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()] == ["called"] * 3


def test_an_event_that_is_none_is_named(whole: Path) -> None:
    assert "--event brn: no event is called that; allowed: started" in complaint(
        dgm("log", whole, "--event", "born,brn"), 2
    )
