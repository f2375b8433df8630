"""When to grow the tree and when to measure it: HGM's progressive widening."""

from dataclasses import dataclass
from typing import Literal

from dgm.policy.base import View

MOST_UNDER_WAY = 15
"""What 16 workers have beside the next ticket; with many more, children would outnumber evaluations."""


def widens(evaluations: float, expansions: float, alpha: float, cost: float) -> bool:
    """Whether N ** alpha >= E * sqrt(cost); see `Widening`."""
    return bool(evaluations**alpha >= expansions * cost**0.5)


@dataclass(frozen=True, slots=True)
class Widening:
    """Expand iff N ** alpha >= E, after `initial` expansions at the start (arXiv 2510.21614, section 3).

    N = settled evaluations without the seed's first round, E = Expand tickets asked. Failed and rejected
    expansions count in E, which the public code leaves out.

    Ours: E counts sqrt(cost / (1 + haste * w)) times, at most N ** (alpha - least). Where an expansion costs
    as much as `cost` evaluations fewer are worth while, but a tree grows at least as N ** `least`. What the w
    tickets under way will tell is not known when the next parent is chosen, so that lineages grow less deep;
    more children make up for it. More than `MOST_UNDER_WAY` count as so many.
    """

    alpha: float = 0.6
    initial: int = 5
    cost: float = 1.0
    least: float = 0.6
    haste: float = 0.0

    def turn(self, view: View) -> Literal["expand", "evaluate"] | None:
        """What comes next; the other one where that can't be done, None where neither can."""
        may_expand = len(view.expandable) > 0
        may_evaluate = len(view.evaluable) > 0 and view.evaluations_left > 0
        due = widens(view.evaluations, view.expansions, self.alpha, self._price(view))
        if may_expand and (view.expansions < self.initial or due or not may_evaluate):
            return "expand"
        return "evaluate" if may_evaluate else None

    def record(self, view: View) -> dict[str, float]:
        """The schedule's part of a selection record; `cost`, as it counts, is left out where it is 1."""
        told = {"evaluations": view.evaluations, "expansions": view.expansions, "alpha": self.alpha}
        price = self._price(view)
        return told if price == 1 else {**told, "cost": price}

    def _price(self, view: View) -> float:
        """What an expansion is taken to cost, in evaluations."""
        price = self.cost / (1 + self.haste * min(view.under_way, MOST_UNDER_WAY))
        most = max(1, view.evaluations) ** max(0.0, 2 * (self.alpha - self.least))
        return float(min(price, most))
