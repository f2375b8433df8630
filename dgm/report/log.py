"""The journal as a reader wants it: one line an event, newest last."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from archive.base import Entry
from archive.events import (
    AgentId,
    Asked,
    Born,
    Called,
    Event,
    Failed,
    Paused,
    Probed,
    Rejected,
    Reserved,
    Resumed,
    Retried,
    Scored,
    Started,
    Stopped,
    Vetoed,
)
from dgm.report.facts import Facts
from sandbox.diff import visible

_STYLES = {"resolved": "green", "born": "bold green", "rejected": "yellow", "failed": "red", "retried": "red"}


def log_rows(known: Facts, agent: AgentId | None, kinds: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Events of those kinds, of the run or of one agent (its tickets, and the one it was born of)."""
    for entry in known.archive.entries():
        kind = type(entry.event).__name__.lower()
        if kind in kinds and (agent is None or agent in _agents(known, entry.event)):
            yield _row(known, entry, kind)


def _row(known: Facts, entry: Entry, kind: str) -> dict[str, Any]:
    event = entry.event
    usage = getattr(event, "usage", None)
    return {
        "line": entry.line,
        "at": entry.at.isoformat(),
        "ticket": getattr(event, "ticket", None),
        "event": kind,
        "agents": [known.history.born[agent].ordinal for agent in _agents(known, event)],
        "what": _what(known, event),
        "verdict": getattr(event, "verdict", None),
        "micro_usd": None if usage is None else usage.micro_usd,
        "calls": None if usage is None else usage.calls,
    }


def _agents(known: Facts, event: Event) -> tuple[AgentId, ...]:
    """Whom an event is about: the child that was born before the parents it has."""
    match event:
        case Born():
            return (event.agent, *event.parents)
        case Scored() | Vetoed():
            return (event.agent,)
        case Stopped(champion=champion):
            return () if champion is None else (champion,)
        case Asked(agent=agent, parents=parents):
            return parents if agent is None else (agent,)
        case Reserved() | Called() | Retried() | Rejected() | Failed():
            return _agents(known, known.history.asked[event.ticket])
        case _:
            return ()


def _what(known: Facts, event: Event) -> str:
    parents = " and ".join(_name(known, parent) for parent in getattr(event, "parents", ()))
    match event:
        case Started():
            return f"run {event.run} on {event.suite}, seed {event.seed}"
        case Resumed():
            return "taken up again"
        case Asked(job="evaluate"):
            return f"{_name(known, event.agent)} to solve {event.task} ({event.purpose.replace('_', ' ')})"
        case Asked():
            return f"{parents} to {'rewrite itself' if event.job == 'expand' else 'be merged'}"
        case Reserved() | Called() | Probed():
            return _call(event)
        case Retried():
            return f"attempt {event.attempt} gave no evidence ({event.owner}): {event.reason}"
        case Born():
            summary = known.summary(event.agent).split("\n")[0]
            return f"{_name(known, event.agent)} from {parents or 'nobody'}: {summary}"
        case Scored():
            return f"{_name(known, event.agent)} {event.verdict} {event.task}: {event.reason}"
        case Rejected():
            return f"a child of {parents}: {event.reason}"
        case Failed():
            return f"gave no evidence ({event.owner}): {event.reason}"
        case Vetoed():
            return f"nobody of the clade of {_name(known, event.agent)} is expanded any more"
        case Paused():
            return "no more tickets until the run is resumed"
        case Stopped():
            return f"{event.reason}; champion {_name(known, event.champion)}"


def _call(event: Reserved | Called | Probed) -> str:
    if isinstance(event, Probed):
        return f"the canary asked {event.model}, which answered as {event.reported}"
    name = f"call {event.n} of attempt {event.attempt}"
    if isinstance(event, Reserved):
        return f"up to {event.micro_usd / 1e6:.4f} $ set aside for {name}"
    told = f"{name} to {event.model}" + ("" if event.status == "answered" else f": {event.status}")
    if event.saved:
        told += f"; served from a cassette, which saved {event.saved / 1e6:.4f} $"
    if event.estimated:
        told += f"; {event.estimated / 1e6:.4f} $ more is estimated, for tries that broke"
    return told


def _name(known: Facts, agent: AgentId | None) -> str:
    return "nobody" if agent is None else f"#{known.history.born[agent].ordinal}"


def log_line(row: Mapping[str, Any]) -> Text:
    """Draw one of `log_rows`."""
    ticket = "" if row["ticket"] is None else row["ticket"]
    cost = "" if row["calls"] is None else f"  {row['calls']} calls, {row['micro_usd'] / 1e6:.4f} $"
    text = Text(f"{row['at'][:19].replace('T', ' ')} {ticket:>6} ", style="dim", no_wrap=True)
    text.append(f"{row['event']:<9}", style=_STYLES.get(row["verdict"] or row["event"], "default"))
    text.append(visible(row["what"]).replace("\n", "\\n")[:200], style="default")
    text.append(cost, style="dim")
    return text
