"""An agent's card in the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from dgm.report.comparison_view import comparison_view
from dgm.report.models import models_view
from sandbox.diff import visible


def card_view(facts: Mapping[str, Any]) -> Group:
    """Draw what `dgm.report.facts.card` says."""
    low, high = facts["interval"]
    identity = Table.grid(padding=(0, 2))
    lines = {
        "agent": f"#{facts['ordinal']} {facts['agent']}" + (" champion" if facts["champion"] else ""),
        "tree": facts["tree"],
        "parents": ", ".join(parent[:10] for parent in facts["parents"]) or "none: the seed agent",
        "born": f"ticket {facts['ticket']}, {facts['born_seconds']:.1f} s",
        "own": f"{facts['resolved']}/{facts['attempted']} on search",
        "estimate": f"{facts['estimate']:.2f} by the run's policy, 95 % interval [{low:.2f}, {high:.2f}]",
        "clade": f"{facts['clade_resolved']}/{facts['clade_attempted']}, CMP {facts['cmp']:.2f}",
        "children": f"{facts['children']}, and {facts['rejected']} rejected",
        "spent": f"{facts['calls']} calls, {facts['tokens']} tokens, ${facts['micro_usd'] / 1e6:.4f}",
        "estimated": f"${facts['estimated_micro_usd'] / 1e6:.4f} more, for calls whose reply was lost",
        "infra failures": str(facts["infra_failures"]),
    }
    if not facts["estimated_micro_usd"]:
        del lines["estimated"]
    for name, value in lines.items():
        identity.add_row(Text(name, style="bold"), Text(value))
    for flag in facts["flags"]:
        identity.add_row(Text("flagged", style="bold red"), Text(visible(flag)))
    parts: list[Any] = [identity, Text(), Text(visible(facts["summary"])[:4000], style="italic")]
    for split, verdicts in facts["verdicts"].items():
        table = Table(title=split, title_justify="left", box=None)
        for column in ("task", "verdict", "ticket", "reason"):
            table.add_column(column)
        for task, verdict in sorted(verdicts.items()):
            style = "green" if verdict["verdict"] == "resolved" else "red"
            table.add_row(
                Text(visible(task)),
                Text(verdict["verdict"], style=style),
                str(verdict["ticket"]),
                Text(visible(verdict["reason"])[:100]),
            )
        parts += [Text(), table]
    if facts["comparison"]:
        parts += [Text(), *comparison_view(facts["comparison"])]
    parts += [Text(told, style="yellow") for told in facts["controls"]]
    return Group(*parts, *models_view(facts))
