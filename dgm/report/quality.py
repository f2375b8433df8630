"""A contest of policies in simulated worlds, as facts and as tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from dgm.bootstrap import mean_interval
from dgm.simulate import TRACE_EVERY, Result
from dgm.simulation.contest import Entry
from dgm.simulation.families import NOTHING_TO_FIND
from dgm.simulation.figures import Floats, curves, paired, reached, speed

BASELINE = "hgm"
_BUDGETS = (100, 200, 400, 800)
_BARS = "▁▂▃▄▅▆▇█"

Curves = Mapping[str, Mapping[str, Floats]]


def quality_curves(played: Sequence[tuple[Entry, Result]]) -> Curves:
    """`[family][policy][play, i]`: the champion's true skill; plays in order of their worlds."""
    grouped: dict[str, dict[str, list[tuple[Entry, Result]]]] = {}
    for entry, result in sorted(played, key=lambda pair: pair[0].index):
        grouped.setdefault(entry.family, {}).setdefault(entry.policy, []).append((entry, result))
    return {
        family: {
            policy: curves([result for _, result in plays], plays[0][0].evaluations)
            for policy, plays in policies.items()
        }
        for family, policies in grouped.items()
    }


def quality_facts(found: Curves) -> dict[str, Any]:
    """Each policy's quality by family and budget; where the baseline played, how they compare."""
    evaluations = next(iter(next(iter(found.values())).values())).shape[1] * TRACE_EVERY
    budgets = sorted({budget for budget in (*_BUDGETS, evaluations) if budget <= evaluations})
    policies = sorted({policy for of in found.values() for policy in of})
    return {
        "evaluations": evaluations,
        "budgets": budgets,
        "plays": len(next(iter(next(iter(found.values())).values()))),
        "policies": {policy: _of(policy, found, budgets) for policy in policies},
    }


def _of(policy: str, found: Curves, budgets: Sequence[int]) -> dict[str, Any]:
    facts: dict[str, Any] = {"families": {}}
    for family, curve in ((family, of[policy]) for family, of in found.items()):
        columns = {budget: curve[:, budget // TRACE_EVERY - 1] for budget in budgets}
        facts["families"][family] = {
            "quality": {budget: round(float(column.mean()), 4) for budget, column in columns.items()},
            "interval": {budget: _rounded(*mean_interval(column)) for budget, column in columns.items()},
            "curve": [round(float(value), 4) for value in curve.mean(axis=0)],
        }
    theirs = {family: of[BASELINE] for family, of in found.items() if BASELINE in of}
    if policy == BASELINE or len(theirs) < len(found):
        return facts
    ours = {family: of[policy] for family, of in found.items()}
    cells = {
        (family, budget): (ours[family] - theirs[family])[:, budget // TRACE_EVERY - 1]
        for family in ours
        for budget in budgets
    }
    if len(next(iter(cells.values()))) > 1:
        for (family, budget), told in paired(cells).items():
            row = facts["families"][family].setdefault("difference", {})
            row[budget] = {"mean": round(told.mean, 4), "lower": round(told.lower, 4)}
    for family, curve in ours.items():
        level = float(theirs[family][:, -1].mean())
        facts["families"][family]["reaches"] = reached(curve.mean(axis=0), level)
    searching = {family: curve for family, curve in ours.items() if family not in NOTHING_TO_FIND}
    if searching:
        share, interval = speed(searching, theirs)
        facts["share_of_evaluations"] = round(share, 4)
        facts["share_interval"] = _rounded(*interval)
    return facts


def quality_table(facts: Mapping[str, Any]) -> Table:
    """The facts, drawn; the baseline is spoken of where it played beside others."""
    budgets, policies = facts["budgets"], facts["policies"]
    rows = [row for told in policies.values() for row in told["families"].values()]
    compared = any("reaches" in row for row in rows)
    title = f"true skill of the champion, mean of {facts['plays']} worlds, 90 % bootstrap intervals"
    level = [f"reaches {BASELINE}"] if compared else []
    table = Table("family", "policy", *map(str, budgets), *level, "curve", title=title)
    for family in next(iter(policies.values()))["families"]:
        for number, (policy, told) in enumerate(policies.items()):
            row = told["families"][family]
            cells = [_cell(row, budget) for budget in budgets]
            if compared:
                cells.append(str(row["reaches"] or "never") if "reaches" in row else "")
            table.add_row("" if number else family, policy, *cells, sparkline(row["curve"]))
        table.add_section()
    shares = [
        f"{policy} takes {told['share_of_evaluations']:.0%} "
        f"[{told['share_interval'][0]:.0%}, {told['share_interval'][1]:.0%}]"
        for policy, told in policies.items()
        if "share_of_evaluations" in told
    ]
    captions = []
    if any("difference" in row for row in rows):
        lower = "the one-sided lower end at its step of Holm's test of all cells"
        captions.append(f"second line: less {BASELINE}'s, and {lower}")
    if shares:
        captions.append(f"evaluations to {BASELINE}'s quality at its end: {'; '.join(shares)}")
    table.caption = "\n".join(captions) or None
    return table


def sparkline(values: Sequence[float]) -> str:
    """A curve in one line of text, at most 16 characters wide."""
    chosen = np.asarray(values)[np.linspace(0, len(values) - 1, min(16, len(values))).astype(int)]
    low, span = float(chosen.min()), float(np.ptp(chosen)) or 1.0
    return "".join(_BARS[min(7, int((value - low) / span * 8))] for value in chosen)


def _cell(row: Mapping[str, Any], budget: int) -> str:
    low, high = row["interval"][budget]
    text = f"{row['quality'][budget]:.3f} [{low:.2f}, {high:.2f}]"
    if budget in row.get("difference", {}):
        told = row["difference"][budget]
        text += f"\n{told['mean']:+.3f} > {told['lower']:+.3f}"
    return text


def _rounded(low: float, high: float) -> list[float]:
    return [round(low, 4), round(high, 4)]
