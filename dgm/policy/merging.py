"""Merges: any policy, with a share of its expansions spent on two agents that solve different tasks."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dgm.clades import ancestry
from dgm.jobs import Expand, Merge
from dgm.policy.base import Choice, Policy, Recommendation, View
from dgm.policy.thompson import RECORDED_CANDIDATES
from dgm.policy.widening import BOUNDS, SCHEDULE, WORTHS

CONSIDERED = 128
"""Agents that pairs are made of: those that resolved most."""
_TIMING = tuple(dict.fromkeys((*SCHEDULE, *WORTHS, *BOUNDS)))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two agents by index, the one that resolved more of the tasks both met first, of equals the older.

    `gain` is what both together resolved of these tasks beyond the first (|A u B| - max(|A|, |B|), which is
    the lesser of what each resolved `alone`), less the `luck` of two equal agents that resolve each task at
    the rate at which everybody did: the sum of rate * (1 - rate). Of many equal pairs some are luckier.
    """

    agent: int
    other: int
    agent_alone: int
    other_alone: int
    luck: float
    gain: float


@dataclass(frozen=True, slots=True)
class Merging:
    """As `inner`, but where that expands it is with probability `share` the best pair that is merged.

    Where no pair promises a gain, `inner` has its way.
    """

    inner: Policy
    share: float

    @property
    def name(self) -> str:
        """The inner policy's."""
        return self.inner.name

    def choose(self, view: View, rng: Generator) -> Choice | None:
        """The next job; None where the inner policy knows of none."""
        choice = self.inner.choose(view, rng)
        if choice is None or not isinstance(choice.job, Expand) or rng.random() >= self.share:
            return choice
        candidates = list(islice(pairs(view), RECORDED_CANDIDATES))
        if not candidates:
            return choice
        best = candidates[0]
        why = {
            "rule": "complement",
            "instead": view.agents.index(choice.job.parent),
            **{key: choice.why[key] for key in _TIMING if key in choice.why},
            "candidates": [{**asdict(pair), "luck": round(pair.luck, 4)} for pair in candidates],
        }
        return Choice(Merge((view.agents[best.agent], view.agents[best.other])), why)

    def finish(self, view: View) -> Choice | None:
        """As the inner policy's."""
        return self.inner.finish(view)

    def champion(self, view: View) -> Recommendation:
        """The inner policy's."""
        return self.inner.champion(view)

    def estimate(self, view: View, agent: int) -> Recommendation:
        """The inner policy's."""
        return self.inner.estimate(view, agent)


def pairs(view: View) -> Iterator[Pair]:
    """Pairs that promise a gain and may be merged, the best first.

    None whose merge was asked before, none of which one is barred or descends from the other.
    """
    able = view.expandable
    among = np.sort(able[np.argsort(-view.own.resolved[able], kind="stable")[:CONSIDERED]])
    alone, luck = _compared(view, among)
    gain = np.triu(np.minimum(alone, alone.T) - luck, k=1)
    above = {int(agent): frozenset(ancestry(view.parents, int(agent))) for agent in among}
    for place in np.argsort(-gain, axis=None, kind="stable"):
        one, other = divmod(int(place), len(among))
        if gain[one, other] <= 0:
            return
        if alone[other, one] > alone[one, other]:
            one, other = other, one
        first, second = int(among[one]), int(among[other])
        if first in above[second] or second in above[first] or {first, second} in view.merged:
            continue
        least = float(gain[min(one, other), max(one, other)])
        yield Pair(
            first,
            second,
            int(alone[one, other]),
            int(alone[other, one]),
            float(luck[one, other]),
            round(least, 4),
        )


def _compared(view: View, among: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """`[a, b]`: the tasks that a resolved and b did not, and the luck on all tasks that both met."""
    told, shape = view.outcomes, (len(view.agents), len(view.tasks))
    attempts, won = np.zeros(shape), np.zeros(shape)
    np.add.at(attempts, (told.agent, told.task), 1)
    np.add.at(won, (told.agent, told.task), told.resolved)
    # Of several attempts at a task at least half have to succeed.
    won = ((attempts > 0) & (2 * won >= attempts)).astype(float)
    lost = (attempts > 0) - won
    resolved, attempted = won.sum(axis=0), (won + lost).sum(axis=0)
    everywhere = (1 + resolved.sum()) / (2 + attempted.sum())
    rate = (everywhere + resolved) / (1 + attempted)
    met = (won + lost)[among]
    return won[among] @ lost[among].T, (met * (rate * (1 - rate))) @ met.T
