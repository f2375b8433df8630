"""Two agents on the same tasks: the paired difference, its test, and what the test could have seen."""

from collections.abc import Collection
from dataclasses import dataclass
from math import comb, sqrt

import numpy as np
from numpy.typing import NDArray

LEVEL, POWER = 0.95, 0.8


@dataclass(frozen=True, slots=True)
class Paired:
    """Tasks by which of two agents, `a` and `b`, resolved them; there is one task at least."""

    both: int
    only_a: int
    only_b: int
    neither: int

    def __post_init__(self) -> None:
        if min(self.both, self.only_a, self.only_b, self.neither) < 0 or self.n == 0:
            raise ValueError(f"no counts of paired tasks: {self}")

    @classmethod
    def of(cls, tasks: Collection[str], a: Collection[str], b: Collection[str]) -> "Paired":
        """Count `tasks` by what `a` and `b` resolved; what they resolved of other tasks does not count."""
        tasks = frozenset(tasks)
        ours, theirs = tasks.intersection(a), tasks.intersection(b)
        return cls(len(ours & theirs), len(ours - theirs), len(theirs - ours), len(tasks - ours - theirs))

    @property
    def n(self) -> int:
        """Tasks in all."""
        return self.both + self.only_a + self.only_b + self.neither

    @property
    def resolved(self) -> tuple[int, int]:
        """How many `a` resolved, and how many `b` did."""
        return self.both + self.only_a, self.both + self.only_b

    @property
    def difference(self) -> float:
        """The rate of `a` less the rate of `b`, -1..1."""
        return (self.only_a - self.only_b) / self.n

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """The interval of the difference, by method 10 of Newcombe 1998 (Stat Med 17:2635).

        Wilson's limits of both rates are joined by squares, with the pairs' correlation phi, whose numerator
        is corrected for continuity where it is positive.
        """
        (a, b), n = self.resolved, self.n
        (low_a, high_a), (low_b, high_b) = wilson(a, n, level), wilson(b, n, level)
        below_a, above_a, below_b, above_b = a / n - low_a, high_a - a / n, b / n - low_b, high_b - b / n
        phi = self._correlation()
        down = sqrt(max(0.0, below_a**2 - 2 * phi * below_a * above_b + above_b**2))
        up = sqrt(max(0.0, above_a**2 - 2 * phi * above_a * below_b + below_b**2))
        return max(-1.0, self.difference - down), min(1.0, self.difference + up)

    def mcnemar(self) -> float:
        """The exact two-sided p of McNemar's test: a fair coin for each task that one alone resolved."""
        tosses, fewer = self.only_a + self.only_b, min(self.only_a, self.only_b)
        return float(min(1.0, sum(comb(tosses, heads) for heads in range(fewer + 1)) * 2 / 2**tosses))

    def _correlation(self) -> float:
        (a, b), n = self.resolved, self.n
        square = a * (n - a) * b * (n - b)
        product = self.both * self.neither - self.only_a * self.only_b
        corrected = max(product - n / 2, 0.0) if product > 0 else product
        return corrected / sqrt(square) if square else 0.0


def wilson(resolved: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's score interval of a rate, without continuity correction."""
    from scipy.special import ndtri

    z = float(ndtri(0.5 + level / 2))
    middle, half = resolved + z * z / 2, z * sqrt(resolved * (n - resolved) / n + z * z / 4)
    # At 0 and at n the exact limits are 0 and 1; rounding must not leave the observed rate outside.
    return (
        (middle - half) / (n + z * z) if resolved else 0.0,
        (middle + half) / (n + z * z) if resolved < n else 1.0,
    )


def power(n: int, discordance: float, difference: float, alpha: float = 1 - LEVEL) -> float:
    """The chance that McNemar's exact test finds a true `difference` (0..discordance), in its direction.

    Of `n` tasks each is resolved by one agent alone with probability `discordance`. The number of such tasks
    is random too, so that the power is unconditional.
    """
    from scipy.special import betainc, gammaln, xlog1py, xlogy

    tosses = np.arange(n + 1)
    chance = np.exp(
        gammaln(n + 1) - gammaln(tosses + 1) - gammaln(n - tosses + 1)
        + xlogy(tosses, discordance) + xlog1py(n - tosses, -discordance)
    )  # fmt: skip
    needed = _critical(n, alpha)
    can = needed <= tosses
    share = (discordance + difference) / (2 * discordance)
    found = betainc(needed[can], tosses[can] - needed[can] + 1, share)
    return float(chance[can] @ found)


def smallest_detectable(
    n: int, discordance: float, wanted: float = POWER, alpha: float = 1 - LEVEL
) -> float | None:
    """The smallest true difference of rates that McNemar's exact test finds with power `wanted`.

    None if it can't find any: not even were all discordant tasks (a share `discordance` of `n`, 0..1,
    stated before the run) resolved by the same agent.
    """
    if power(n, discordance, discordance, alpha) < wanted:
        return None
    low, high = 0.0, discordance
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if power(n, discordance, middle, alpha) >= wanted else (middle, high)
    return high


def _critical(n: int, alpha: float) -> NDArray[np.int64]:
    """For each number of fair tosses up to `n` the fewest significant heads; more than there are if none."""
    from scipy.special import betainc

    needed = np.empty(n + 1, dtype=np.int64)
    heads = 1
    for tosses in range(n + 1):
        while heads <= tosses and 2 * betainc(heads, tosses - heads + 1, 0.5) > alpha:
            heads += 1
        needed[tosses] = heads
    return needed
