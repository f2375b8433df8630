"""What a search took, and whom it recommended when it had taken so much."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from archive.events import AgentId, Born, Event, Failed, Rejected, Scored, Usage
from dgm.givens import recorded_config
from dgm.report.again import search_again
from dgm.report.controls import controls
from dgm.report.facts import Facts

Unit = Literal["micro_usd", "tokens"]


def search_facts(folder: Path, known: Facts) -> dict[str, Any]:
    """The policy of a run, and what the search took, the comparison at its end aside."""
    asked = [each for each in known.history.asked.values() if each.purpose == "search"]
    spent = sum((usage for _, usage in _spending(known)), Usage())
    return {
        "policy": recorded_config(folder, known.archive).search.policy,
        "evaluations": sum(each.job == "evaluate" for each in asked),
        "expansions": sum(each.job != "evaluate" for each in asked),
        "tokens": spent.tokens,
        "micro_usd": spent.micro_usd,
        "controls": controls(known.archive, known.history),
    }


def champion_within(known: Facts, unit: Unit, limit: int) -> AgentId:
    """Whom the run's policy recommended on what the search had found for `limit`."""
    search = search_again(known.archive, known.history)
    search.replay(_within(known, unit, limit))
    return search.champion().agent


def _within(known: Facts, unit: Unit, limit: int) -> Iterator[Event]:
    spent = 0
    for event, usage in _spending(known):
        spent += getattr(usage, unit)
        if spent > limit:
            return
        yield event


def _spending(known: Facts) -> Iterator[tuple[Event, Usage]]:
    """Every event, with what it adds to the cost of the search."""
    for event in known.events:
        usage = Usage()
        match event:
            case Born() | Scored() | Rejected() | Failed() as end:
                asked = known.history.asked.get(end.ticket)  # The seed agent's birth was not asked for.
                usage = end.usage if asked is not None and asked.purpose == "search" else usage
        yield event, usage
