"""The facts of a study, drawn: a row a run seed, a column a policy or control, and means below."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

_TOOK = {
    "agents": ("agents", 1, ",.1f"),
    "evaluations": ("evaluations", 1, ",.1f"),
    "expansions": ("expansions", 1, ",.1f"),
    "tokens": ("tokens", 1, ",.0f"),
    "micro_usd": ("dollars", 1e6, ",.2f"),
}
"""What searches took, by name, unit and form."""


def study_view(facts: Mapping[str, Any]) -> Group:
    """Draw the facts."""
    rows, entrants, first = facts["rows"], facts["entrants"], facts["first"]
    table = Table(title="resolved of the held-out tasks", title_justify="left")
    for name in ("run seed", *entrants):
        table.add_column(name, overflow="fold")
    for row in rows:
        cells = [f"{one['resolved']}/{one['n']}" + _apart(one) for one in row["entrants"].values()]
        table.add_row(str(row["seed"]), *cells)
    table.add_section()
    lines = {"mean": [_with_interval(one, "rate", ".3f") for one in entrants.values()]}
    if len(entrants) > 1:
        lines[f"less {first}"] = [_with_interval(one, "difference", "+.3f") for one in entrants.values()]
    for key, (name, unit, form) in _TOOK.items():
        lines[name] = [format(one[key] / unit, form) if key in one else "" for one in entrants.values()]
    for name, cells in lines.items():
        table.add_row(name, *cells)
    caption = [f"Below: means over the run seeds ({len(rows)}), with 95 % intervals by resampling these;"]
    caption += ["tokens and dollars of the searches. Seed agent and tasks are the same under every run seed."]
    if len(entrants) > 1:
        caption.insert(0, f"Second lines: less {first}, with the paired 95 % interval (Newcombe).")
    return Group(table, Text(" ".join(caption), style="dim"))


def _apart(one: Mapping[str, Any]) -> str:
    return (
        "\n{:+.3f} [{:+.3f}, {:+.3f}]".format(one["difference"], *one["interval"])
        if "interval" in one
        else ""
    )


def _with_interval(one: Mapping[str, Any], name: str, form: str) -> str:
    if name not in one:
        return ""
    bounds = one[f"{name}_interval"]
    between = "" if bounds is None else f" [{bounds[0]:{form}}, {bounds[1]:{form}}]"
    return f"{one[name]:{form}}{between}"
