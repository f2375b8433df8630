"""When to grow the tree and when to measure it: HGM's progressive widening."""

from dataclasses import dataclass
from typing import Literal

from dgm.policy.base import View

SCHEDULE = ("evaluations", "expansions", "alpha")
WORTHS = ("child", "attempt")
BOUNDS = ("evaluations", "expansions", "least", "most")
"""What selection records tell of why it was time: by a schedule, by what either was worth, or at a bound."""


def widens(evaluations: float, expansions: float, alpha: float) -> bool:
    """Whether N ** alpha >= E."""
    return bool(evaluations**alpha >= expansions)


@dataclass(frozen=True, slots=True)
class Widening:
    """Expand iff N ** alpha >= E, after `initial` expansions at the start (arXiv 2510.21614, section 3).

    N = settled evaluations without the seed's first round, E = Expand tickets asked. Failed and rejected
    expansions count in E, which the public code leaves out.
    """

    alpha: float = 0.6
    initial: int = 5

    def turn(self, view: View) -> Literal["expand", "evaluate"] | None:
        """What comes next; the other one where that can't be done, None where neither can."""
        may_expand = len(view.expandable) > 0
        may_evaluate = len(view.evaluable) > 0 and view.evaluations_left > 0
        due = widens(view.evaluations, view.expansions, self.alpha)
        if may_expand and (view.expansions < self.initial or due or not may_evaluate):
            return "expand"
        return "evaluate" if may_evaluate else None

    def record(self, view: View) -> dict[str, float]:
        """The schedule's part of a selection record."""
        return {"evaluations": view.evaluations, "expansions": view.expansions, "alpha": self.alpha}
