"""A stop rule: what the rest of a search may still gain, by what its last doubling did."""

from collections.abc import Callable
from math import log2

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

    def hopeless(self, champion: int, rate: Callable[[int], float]) -> bool:
        """Look once more: whether the rest promises the champion less than `least`.

        `rate` is what is believed now of an agent's rate.
        """
        self._champions.append(champion)
        now = len(self._champions) * LOOK_EVERY
        return self.least is not None and now >= self._after and self._gain(rate) < self.least

    def _gain(self, rate: Callable[[int], float]) -> float:
        count = len(self._champions)
        before, now = self._champions[max(0, count // 2 - 1)], self._champions[-1]
        gain = max(0.0, rate(now) - rate(before))
        return gain * log2(max(1.0, self._budget / (count * LOOK_EVERY)))
