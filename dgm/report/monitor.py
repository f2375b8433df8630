"""How runs explored and exploited, and whether what they went by told what came later."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from dgm.givens import recorded_config
from dgm.report.exploration import edges, series
from dgm.report.facts import Facts
from dgm.report.mismatch import LEAST_BIRTHS, LEVEL, mismatch, over_runs
from sandbox.diff import visible

EDGES_SHOWN = 10


def monitor_facts(runs: Sequence[tuple[Path, Facts]]) -> dict[str, Any]:
    """Each run by itself, and the correlations over all runs, and over those of each policy."""
    told: list[dict[str, Any]] = [
        {
            "run": str(folder),
            "policy": recorded_config(folder, known.archive).search.policy,
            "series": series(known),
            "edges": edges(known),
            "mismatch": mismatch(known),
        }
        for folder, known in runs
    ]
    policies = dict.fromkeys(run["policy"] for run in told)
    by = {policy: [run["mismatch"] for run in told if run["policy"] == policy] for policy in policies}
    return {
        "runs": told,
        "mismatch": {
            "all": over_runs([run["mismatch"] for run in told]),
            **({policy: over_runs(those) for policy, those in by.items()} if len(by) > 1 else {}),
        },
    }


def monitor_view(facts: Mapping[str, Any]) -> Group:
    """Draw the facts."""
    parts: list[Any] = []
    for run in facts["runs"]:
        parts += [_series(run), _edges(run["edges"]), Text()]
    return Group(*parts, *_mismatch(facts))


def _series(run: Mapping[str, Any]) -> Table:
    table = Table(title=f"{visible(run['run'])} ({run['policy']})", title_justify="left", box=None)
    names = (
        "verdicts",
        "agents",
        "expansions",
        "trees",
        "behaviours",
        "tasks solved",
        "between",
        "reliable",
    )
    for name in names:
        table.add_column(name, justify="right")
    table.add_column("kinds first solved")
    for row in run["series"]:
        numbers = ("evaluations", "agents", "expansions", "trees", "behaviours", "solved")
        shares = (_number(row[key]) for key in ("between", "reliability"))
        found = Text(visible(", ".join(row["kinds_found"])))
        table.add_row(*(str(row[key]) for key in numbers), *shares, found)
    return table


def _edges(told: Sequence[Mapping[str, int]]) -> Text:
    sums = {key: sum(edge[key] for edge in told) for key in ("kept", "solved", "fixed", "failed")}
    lines = [f"edges: {len(told)}, {_rates(sums)}"]
    telling = [edge for edge in told if edge["solved"] + edge["failed"]]
    best = sorted(telling, key=lambda edge: edge["fixed"] + edge["kept"] - edge["solved"], reverse=True)
    lines += [f"  #{edge['parent']} -> #{edge['child']}: {_rates(edge)}" for edge in best[:EDGES_SHOWN]]
    if len(best) > EDGES_SHOWN:
        lines.append(f"  the {EDGES_SHOWN} that gained most; --json has all")
    return Text("\n".join(lines))


def _rates(edge: Mapping[str, int]) -> str:
    return f"kept {edge['kept']} of {edge['solved']}, fixed {edge['fixed']} of {edge['failed']}"


def _mismatch(facts: Mapping[str, Any]) -> list[Any]:
    pairs, dropped = (sum(run["mismatch"][key] for run in facts["runs"]) for key in ("pairs", "dropped"))
    table = Table(box=None)
    for column in ("runs", "own score", "clade (CMP)", "phylo"):
        table.add_column(column)
    for name, row in facts["mismatch"].items():
        table.add_row(name, *(_correlation(row[key]) for key in ("own", "cmp", "phylo")))
    return [
        Text("Spearman's correlation of an estimate with what later births of its clade resolved:"),
        table,
        Text(
            f"{pairs} pairs of an expansion and an agent; {dropped} more were dropped, with fewer than "
            f"{LEAST_BIRTHS} later births. {LEVEL:.0%} intervals by resampling runs, never agents."
        ),
    ]


def _correlation(row: Mapping[str, Any]) -> str:
    if row["mean"] is None:
        return "-"
    spread = (
        "one run"
        if row["interval"] is None
        else "[{:+.2f}, {:+.2f}], {} runs".format(*row["interval"], row["runs"])
    )
    return f"{row['mean']:+.2f} ({spread})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
