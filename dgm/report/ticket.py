"""Everything known of one ticket: what was asked and why, what it took, what became of it."""

from dataclasses import asdict
from typing import Any

from archive.base import ArchiveError, Entry
from archive.events import AgentId, Asked, Born, Called, Failed, Rejected, Retried, Scored, Usage
from dgm.report.facts import Facts
from dgm.report.selection import Selection, selection


def ticket_facts(known: Facts, number: int) -> dict[str, Any]:
    """One ticket, ready for JSON.

    Raises:
        ArchiveError: there is no such ticket; the message names the range.
    """
    entries = [entry for entry in known.archive.entries() if getattr(entry.event, "ticket", None) == number]
    if not entries:
        last = max(known.history.asked, default=0)
        raise ArchiveError(f"no ticket {number}: give a number from 0 to {last}")
    asked = known.history.asked.get(number)
    return {
        "ticket": number,
        "asked_at": entries[0].at.isoformat(),
        **_question(known, asked),
        "attempts": _attempts(known, entries, number),
        "spent": asdict(known.ledger.ticket(number)),
        "estimated_micro_usd": known.ledger.estimated(number),
        "end": _end(known, entries),
    }


def _question(known: Facts, asked: Asked | None) -> dict[str, Any]:
    if asked is None:
        told = "The seed agent: where the run starts. Nobody chose it but who started the run."
        return {
            "job": "seed",
            "purpose": "search",
            "agents": [],
            "task": None,
            "repeat": 0,
            "reserve_micro_usd": 0,
            "why": {},
            **asdict(Selection(told, None, [], {})),
        }
    born = known.history.born
    ordinals: dict[int | AgentId, int] = {agent: birth.ordinal for agent, birth in born.items()}
    ordinals |= {place: birth.ordinal for place, birth in enumerate(born.values())}
    words = selection(asked.why, asked.job, ordinals)
    agents = asked.parents if asked.agent is None else (asked.agent,)
    return {
        "job": asked.job,
        "purpose": asked.purpose,
        "agents": [{"ordinal": ordinals[agent], "agent": agent} for agent in agents],
        "task": asked.task,
        "repeat": asked.repeat,
        "reserve_micro_usd": asked.reserve,
        "why": dict(asked.why),
        **asdict(words),
    }


def _attempts(known: Facts, entries: list[Entry], ticket: int) -> list[dict[str, Any]]:
    """Each attempt with its calls, how many gave no answer, and whose failure made it another."""
    attempts: dict[int, dict[str, Any]] = {}
    spent: dict[int, Usage] = {}
    for entry in entries:
        match entry.event:
            case Called(attempt=attempt, usage=usage):
                spent[attempt] = spent.get(attempt, Usage()) + usage
                attempts.setdefault(attempt, {"attempt": attempt, "trouble": None, "owner": None})
            case Retried(attempt=attempt, owner=owner, reason=reason):
                attempts[attempt] = {"attempt": attempt, "trouble": reason, "owner": owner}
            case _:
                pass
    return [
        {**attempts[n], "unanswered": known.history.unanswered(ticket, n), **asdict(spent.get(n, Usage()))}
        for n in sorted(attempts)
    ]


def _end(known: Facts, entries: list[Entry]) -> dict[str, Any] | None:
    for entry in entries:
        end = entry.event
        about: dict[str, Any] = {}
        match end:
            case Born():
                about = {"agent": end.agent, "ordinal": end.ordinal, "summary": known.summary(end.agent)}
            case Scored():
                about = {"verdict": end.verdict, "reason": end.reason, "split": end.split}
            case Rejected():
                said = known.archive.blob(end.summary).decode("utf-8", "replace").strip()
                about = {"reason": end.reason, "summary": said}
            case Failed():
                about = {"owner": end.owner, "reason": end.reason}
            case _:
                continue
        kind = type(end).__name__.lower()
        return {"event": kind, "at": entry.at.isoformat(), "seconds": end.seconds, **about}
    return None
