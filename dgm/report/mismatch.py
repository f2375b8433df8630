"""Whether what a search goes by tells what becomes of a clade: estimates before, births after.

Wang et al. 2025 (arXiv 2510.21614) call it the metaproductivity-performance mismatch: an agent's own score
tells little of what its descendants come to. Here it is measured on the runs at hand, and nothing from after
a ticket is in an estimate.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray

from archive.events import Asked, Born
from dgm.clades import ancestry, cmp_estimate
from dgm.policy.base import View
from dgm.policy.phylo.policy import Phylo
from dgm.policy.phylo.prior import GRID
from dgm.report.again import search_again
from dgm.report.facts import Facts

LEAST_BIRTHS = 5
"""Of an agent's descendants after a ticket; what fewer come to is chance."""
RESAMPLES = 2000
LEVEL = 0.9
Floats = NDArray[np.float64]


def estimates(view: View, phylo: Phylo) -> Mapping[str, Floats]:
    """By estimator, of each agent, on what the view knows.

    `own`: (1 + S) / (2 + S + F) of its own outcomes. `cmp`: the same of its clade's (arXiv 2510.21614,
    section 3.3). `phylo`: expected ability and drift, as that policy draws whom to expand.
    """
    told = phylo.beliefs(view).heritable
    return {
        "own": cmp_estimate(view.own),
        "cmp": cmp_estimate(view.clade),
        "phylo": told.ability @ GRID + phylo.horizon * (told.ability * told.drift).sum(axis=1),
    }


def mismatch(known: Facts) -> dict[str, Any]:
    """Of one run: Spearman's correlation of each estimate with what came later, and of how many pairs.

    A pair is an expansion and an agent with outcomes of its own before it. What came later is the share
    resolved of all search attempts by those of its descendants that were born after the expansion was asked
    for. `dropped` pairs have fewer than `LEAST_BIRTHS` such descendants, or none that attempted anything.
    Pairs of a run are not independent of each other: compare runs, not pairs.
    """
    later = _later(known)
    phylo = Phylo()
    search, dropped = search_again(known.archive, known.history, phylo), 0
    told: dict[str, list[Floats]] = {"own": [], "cmp": [], "phylo": [], "later": []}
    for event in known.events:
        match event:
            case Asked(ticket=ticket) if ticket in later:
                view, (agents, rates) = search.view(), later[ticket]
                known_then = view.own.attempted[agents] > 0
                dropped += int(np.count_nonzero(view.own.attempted)) - int(known_then.sum())
                if known_then.any():
                    for name, values in estimates(view, phylo).items():
                        told[name].append(values[agents[known_then]])
                    told["later"].append(rates[known_then])
        search.replay([event])
    rates = np.concatenate([*told.pop("later"), []])
    return {
        "pairs": len(rates),
        "dropped": dropped,
        **{name: spearman(np.concatenate([*values, []]), rates) for name, values in told.items()},
    }


def over_runs(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The mean correlation of each estimate over runs, with a bootstrap interval where there are several."""
    rng = Generator(PCG64(SeedSequence(0)))
    told: dict[str, Any] = {}
    for name in ("own", "cmp", "phylo"):
        values = np.array([run[name] for run in runs if run[name] is not None])
        resampled = (
            values[rng.integers(len(values), size=(RESAMPLES, len(values)))] if len(values) > 1 else None
        )
        tails = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
        told[name] = {
            "runs": len(values),
            "mean": round(float(values.mean()), 4) if len(values) else None,
            "interval": None
            if resampled is None
            else [round(float(bound), 4) for bound in np.quantile(resampled.mean(axis=1), tails)],
        }
    return told


def spearman(a: Floats, b: Floats) -> float | None:
    """Spearman's rank correlation (1904), equals sharing their mean rank; None where either is constant."""
    if len(a) < 3 or not np.ptp(a) or not np.ptp(b):
        return None
    from scipy.stats import rankdata

    return round(float(np.corrcoef(rankdata(a), rankdata(b))[0, 1]), 4)


def _later(known: Facts) -> Mapping[int, tuple[NDArray[np.intp], Floats]]:
    """By expansion ticket the agents with enough descendants born after it, and the share those resolved."""
    parents, own = known.clades.parents, known.clades.own
    asked, born = list[tuple[int, int]](), 0
    for event in known.events:
        match event:
            case Born():
                born += 1
            case Asked(ticket=ticket, job="expand" | "merge"):
                asked.append((ticket, born))
    sums = np.zeros((3, born), dtype=np.int64)
    found: dict[int, tuple[NDArray[np.intp], Floats]] = {}
    for ticket, before in reversed(asked):
        while born > before:
            born -= 1
            above = ancestry(parents, born)[1:]
            sums[:, above] += np.array([[1], [own.resolved[born]], [own.attempted[born]]])
        births, resolved, attempted = sums[:, :before]
        agents = np.flatnonzero((births >= LEAST_BIRTHS) & (attempted > 0))
        found[ticket] = (agents, resolved[agents] / attempted[agents])
    return found
