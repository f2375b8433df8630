"""What a contest shows: quality against evaluations, paired differences, and how soon a level is reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dgm.bootstrap import RESAMPLES, resampled
from dgm.simulate import TRACE_EVERY, Result

Floats = NDArray[np.float64]
MARGIN = 0.01
"""A skill lower by less than this is not inferior."""
_TAIL = 0.05


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired mean difference and its one-sided lower end, at its step of Holm's test of all cells."""

    mean: float
    lower: float

    @property
    def not_inferior(self) -> bool:
        """Whether the lower end is above the margin."""
        return self.lower > -MARGIN


def curves(results: Sequence[Result], evaluations: int) -> Floats:
    """`[play, i]`: the champion's true skill at 25 (i + 1) evaluations; what ended sooner keeps its last."""
    size = evaluations // TRACE_EVERY
    rows = [[skill for _, skill in result.trace][:size] for result in results]
    return np.array(
        [row + [result.champion_skill] * (size - len(row)) for row, result in zip(rows, results, strict=True)]
    )


def spent(result: Result, expansion_cost: float) -> Sequence[float]:
    """What was spent by each moment of the trace, in evaluations."""
    return [
        evaluations + expansion_cost * expansions
        for (evaluations, _), expansions in zip(result.trace, result.expansions, strict=True)
    ]


def at_cost(results: Sequence[Result], expansion_cost: float, costs: Floats) -> Floats:
    """`[play]`: the champion's true skill when the play had spent its one of `costs`, in evaluations.

    Between two moments of the trace it lies on a line, for neither side to lose by where its moments fall.
    """
    return np.array(
        [
            np.interp(cost, spent(result, expansion_cost), [skill for _, skill in result.trace])
            for result, cost in zip(results, costs, strict=True)
        ]
    )


def paired(differences: Mapping[tuple[str, int], Floats]) -> Mapping[tuple[str, int], Difference]:
    """Each cell's mean paired difference, tested at 5 % over all cells (Holm 1979).

    That a lower end is above the margin holds for all such cells at once; the ends themselves do not.
    """
    from scipy.special import stdtr, stdtrit

    def error(values: Floats) -> float:
        return float(values.std(ddof=1) / np.sqrt(len(values))) + 1e-12

    def p(values: Floats) -> float:
        return float(stdtr(len(values) - 1, -(values.mean() + MARGIN) / error(values)))

    order = sorted(differences, key=lambda cell: p(differences[cell]))
    found: dict[tuple[str, int], Difference] = {}
    tail = _TAIL
    for rank, cell in enumerate(order):
        values = differences[cell]
        # Step by step: after one that is not shown, none is.
        tail = _TAIL / (len(order) - rank) if rank == 0 or found[order[rank - 1]].not_inferior else tail
        reach = float(stdtrit(len(values) - 1, 1 - tail)) * error(values)
        found[cell] = Difference(float(values.mean()), float(values.mean()) - reach)
    return found


def reached(curve: Floats, level: float) -> int | None:
    """Evaluations from which a mean curve is at `level` or above for good, if it ever is."""
    below = np.flatnonzero(curve < level)
    if not len(below):
        return TRACE_EVERY
    return None if below[-1] == len(curve) - 1 else TRACE_EVERY * (int(below[-1]) + 2)


def speed(ours: Mapping[str, Floats], theirs: Mapping[str, Floats]) -> tuple[float, tuple[float, float]]:
    """Geometric mean over families of evaluations to reach their mean at the end, as a share of theirs.

    Never counts twice as many as they took. With the 90 % bootstrap interval over plays; families are taken
    as given.
    """
    shares = []
    drawn = {family: resampled(len(mine), stratum) for stratum, (family, mine) in enumerate(ours.items())}
    for draw in range(-1, RESAMPLES):
        logs = []
        for family, mine in ours.items():
            rows = drawn[family][draw] if draw >= 0 else np.arange(len(mine))
            level = theirs[family][rows].mean(axis=0)[-1]
            took, whole = reached(mine[rows].mean(axis=0), level), mine.shape[1] * TRACE_EVERY
            logs.append(np.log((took or 2 * whole) / whole))
        shares.append(float(np.exp(np.mean(logs))))
    low, high = np.quantile(shares[1:], [0.05, 0.95])
    return shares[0], (float(low), float(high))
