"""Every ticket of a run is explained, whatever its policy wrote."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from archive.disk import DiskArchive
from dgm.policy import POLICIES, Settings
from dgm.report.facts import facts
from dgm.report.selection import selection
from dgm.report.ticket import ticket_facts
from dgm.report.ticket_card import ticket_view
from dgm.search import Plan, Search
from tests.cli.command import complaint, dgm
from tests.search.world import World, tasks

UNTOLD = "The policy's rule"


def drawn(view: object) -> str:
    page = io.StringIO()
    Console(file=page, width=200).print(view)
    return page.getvalue()


def test_every_ticket_of_a_run_is_explained(whole: Path) -> None:
    known = facts(DiskArchive.read(whole))
    rules = set()
    for number, asked in known.history.asked.items():
        told = ticket_facts(known, number)
        rules.add(asked.why["rule"])
        assert UNTOLD not in told["rule"]
        assert told["other"] == {}
        assert [each["attempt"] for each in told["attempts"]] == [1]
        assert told["spent"]["calls"] == told["attempts"][0]["calls"] == 2
        text = drawn(ticket_view(told))
        agent = asked.agent or asked.parents[0]
        assert f"agent #{known.history.born[agent].ordinal} " in text
        assert (asked.task or "rewrite itself") in text
        assert told["end"]["event"] in {"born", "scored", "rejected"}
    assert rules == {"seed pass", "descendant", "gradient", "gradient at the end", "held out"}


def test_candidates_are_told_by_ordinal_with_their_evidence(whole: Path) -> None:
    known = facts(DiskArchive.read(whole))
    ordinals = [born.ordinal for born in known.history.born.values()]
    for number, asked in known.history.asked.items():
        if asked.why["rule"] in {"descendant", "gradient"}:
            told = ticket_facts(known, number)
            recorded = asked.why["candidates"]
            assert [row["agent"] for row in told["candidates"]] == [
                ordinals[row["agent"]] for row in recorded
            ]
            assert told["agents"][0]["ordinal"] == told["candidates"][0]["agent"]
            [value] = recorded[0].keys() & {"draw", "worth"}
            assert f"{recorded[0][value]}" in drawn(ticket_view(told))


def test_the_seed_agent_and_tickets_that_are_none(whole: Path) -> None:
    last = max(facts(DiskArchive.read(whole)).history.asked)
    assert json.loads(dgm("why", whole, 0, "--json").stdout)["end"]["ordinal"] == 0
    assert f"no ticket 999: give a number from 0 to {last}" in complaint(dgm("why", whole, 999), 1)
    assert "a valid integer" in complaint(dgm("why", whole, "first"), 2)


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_every_record_of_every_policy_has_its_words(name: str) -> None:
    search = Search(POLICIES[name](Settings()), tasks(4), tasks(2, "h"), Plan(evaluations=30), seed=1)
    world = World(search)
    while (ticket := search.ask()) is not None:
        job = ticket.asked(0).job
        ordinals = {agent: place for place, agent in enumerate(search.agents)}
        told = selection(ticket.why, job, {**ordinals, **{place: place for place in ordinals.values()}})
        assert UNTOLD not in told.rule
        assert "?" not in told.rule
        assert told.other == {}
        search.tell(world.end_of(ticket))


@pytest.mark.parametrize(
    "why",
    [
        {},
        {"rule": "tea {leaves}", "temperature": [1, 2]},
        {"rule": "own", "candidates": 3, "alpha": "x"},
        {"rule": "finish", "agent": {"a": 1}, "left": None},
        {"rule": "clade", "evaluations": -1, "expansions": 10**400, "alpha": 0.5, "candidates": [1, {}]},
    ],
)
def test_a_record_of_another_day_is_shown_as_it_is(why: dict[str, object]) -> None:
    told = selection(why, "expand", {0: 0})
    assert told.schedule is None
    assert set(told.other) <= set(why)
    if "tea" in str(why):
        assert told.other == {"temperature": [1, 2]}
        assert "tea {leaves}" in told.rule


def test_the_model_that_improves_is_told_with_its_draw() -> None:
    rows = [{"model": "a", "kept_up": 2, "fell_short": 1, "draw": 0.7}, {"model": "b", "draw": 0.1}]
    told = selection({"model": "a", "models": rows, "rule": "chance", "among": 2}, "expand", {})
    assert (told.improver or "").startswith("a: each model drew from Beta(")
    assert (told.improvers, told.other) == (rows, {})
    by_weight = selection({"model": "a", "models": [{"model": "a", "share": 1.0}]}, "expand", {})
    assert by_weight.improver == "a: drawn by weight."
    assert selection({"rule": "chance", "among": 2}, "expand", {}).improver is None
