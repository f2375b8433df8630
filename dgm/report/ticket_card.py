"""A ticket's card in the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from dgm.history import counted
from sandbox.diff import visible


def ticket_view(facts: Mapping[str, Any]) -> Group:
    """Draw what `dgm.report.ticket.ticket_facts` says."""
    spent = facts["spent"]
    lines = {
        "ticket": f"{facts['ticket']}, {facts['asked_at']}",
        "asked": _asked(facts),
        "why": facts["rule"],
        "when": facts["schedule"],
        "model": facts["improver"],
        "spent": f"{_spent(spent)}; {facts['reserve_micro_usd'] / 1e6:.4f} $ were set aside",
        "estimated": _estimated(facts["estimated_micro_usd"]),
        "ended": _ended(facts["end"]),
    }
    identity = Table.grid(padding=(0, 2))
    for name, value in lines.items():
        if value is not None:
            identity.add_row(Text(name, style="bold"), Text(visible(value)))
    parts: list[Any] = [identity]
    if facts["candidates"]:
        parts += [Text(), _table("candidates", facts["candidates"])]
    if facts["improvers"]:
        parts += [Text(), _table("models that might improve", facts["improvers"])]
    if facts["other"]:
        rows = [{"key": key, "value": value} for key, value in facts["other"].items()]
        parts += [Text(), _table("also recorded", rows)]
    if facts["attempts"]:
        rows = [
            {
                "attempt": each["attempt"],
                "spent": _spent(each),
                "unanswered": counted(each["unanswered"]) or "none",
                "trouble": each["trouble"] or "none",
            }
            for each in facts["attempts"]
        ]
        parts += [Text(), _table("attempts", rows)]
    return Group(*parts)


def _asked(facts: Mapping[str, Any]) -> str:
    names = " and ".join(f"#{agent['ordinal']} ({agent['agent'][:10]})" for agent in facts["agents"])
    match facts["job"]:
        case "evaluate":
            again = f", attempt {facts['repeat'] + 1}" if facts["repeat"] else ""
            return f"agent {names} to solve {facts['task']} ({facts['purpose'].replace('_', ' ')}{again})"
        case "seed":
            return "the seed agent to be the first"
        case "merge":
            return f"agents {names} to be merged"
        case _:
            return f"agent {names} to rewrite itself"


def _ended(end: Mapping[str, Any] | None) -> str:
    if end is None:
        return "not yet: it is in flight, or its controller stopped and `dgm resume` carries it out again"
    seconds = f"after {end['seconds']:.1f} s"
    match end["event"]:
        case "born":
            return f"born as agent #{end['ordinal']} ({end['agent'][:10]}) {seconds}: {end['summary'][:1000]}"
        case "scored":
            return f"{end['verdict']} {seconds}: {end['reason'] or 'every test passed'}"
        case "rejected":
            return f"the child was rejected {seconds}: {end['reason']}\n{end['summary'][:1000]}"
        case _:
            whose = "the agent's failure" if end["owner"] == "agent" else "our failure, which is no evidence"
            return f"failed {seconds}, {whose}: {end['reason']}"


def _spent(usage: Mapping[str, Any]) -> str:
    tokens = f"{usage['tokens_in']} tokens in, {usage['tokens_out']} out"
    return f"{usage['calls']} calls, {tokens}, {usage['micro_usd'] / 1e6:.4f} $"


def _estimated(micro_usd: int) -> str | None:
    return f"{micro_usd / 1e6:.4f} $ of it, for calls whose reply was lost" if micro_usd else None


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left", box=None)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    for column in columns:
        table.add_column(Text(visible(column)))
    for row in rows:
        table.add_row(*(Text(visible(str(row.get(column, "")))) for column in columns))
    return table
