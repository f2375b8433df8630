"""A stop rule: what the rest of a search may still gain, by what its last doubling did."""

from math import log2

from dgm.clades import Tally
from dgm.intervals import pooled

LOOK_EVERY = 10
"""Settled evaluations from one look to the next, so that a journal told again is judged alike."""


class Outlook:
    """Champions by evaluations, and what more evaluations promise; `least` is a rate, `after` evaluations.

    With today's evidence on both, let g be the rate of the champion now less that of the champion at half the
    evaluations N. A search that finds as much in each doubling, which is more than most do for long, gains
    g log2(budget / N) in the rest. A champion that has stayed for a doubling promises nothing.
    """

    def __init__(self, budget: int, least: float | None, after: int) -> None:
        self._budget, self.least, self._after = budget, least, after
        self._champions: list[int] = []

    def due(self, evaluations: int) -> bool:
        """Whether it is time to look, after one more evaluation was settled."""
        return self.least is not None and evaluations % LOOK_EVERY == 0

    def hopeless(self, champion: int, own: Tally) -> bool:
        """Look once more: whether the rest promises the champion less than `least`."""
        self._champions.append(champion)
        now = len(self._champions) * LOOK_EVERY
        return self.least is not None and now >= self._after and self._gain(own) < self.least

    def _gain(self, own: Tally) -> float:
        count = len(self._champions)
        before, now = self._champions[max(0, count // 2 - 1)], self._champions[-1]
        gain = max(0.0, rate(own, now) - rate(own, before))
        return gain * log2(max(1.0, self._budget / (count * LOOK_EVERY)))


def rate(own: Tally, agent: int) -> float:
    """The posterior mean of an agent's rate, under the prior pooled over all agents."""
    prior = pooled(own.resolved, own.unresolved)
    won, lost = prior.resolved + own.resolved[agent], prior.unresolved + own.unresolved[agent]
    return float(won / (won + lost))
