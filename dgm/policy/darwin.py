"""The Darwin Gödel Machine's policy (Zhang et al. 2025, arXiv 2505.22954, section 3 and appendix)."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dgm.jobs import Evaluate, Expand
from dgm.policy.base import Choice, View
from dgm.policy.thompson import RECORDED_CANDIDATES, ByQuantile

Keep = Literal["keep_all", "keep_better"]
_Indices = NDArray[np.intp]
_ROUNDING = 1e-9
"""Ratios of counts that meet a threshold exactly meet it, whatever the rounding."""


@dataclass(frozen=True, slots=True)
class Staging:
    """How much of the split an agent meets at birth: `one` tasks, and `two` more if it resolved enough.

    In a split smaller than `one + two` each stage is as large a share of the split as it would have been of
    the `one + two`, stage one at least 3 tasks. Tasks come in one order for all agents, so that agents are
    compared on the same ones: the view's, whose every beginning is a fair part of the split.
    """

    one: int = 10
    two: int = 50
    needed: float = 0.4
    """Share of stage one to resolve for stage two, 0..1."""

    def stages(self, view: View) -> tuple[_Indices, _Indices]:
        """The tasks of both stages, by index."""
        whole, size = self.one + self.two, len(view.tasks)
        first = self.one if size >= whole else min(size, max(3, round(size * self.one / whole)))
        return view.staged[:first], view.staged[first:whole]

    def due(self, view: View) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which agents have a task of stage one, or of stage two, to attempt."""
        one, two = self.stages(view)
        in_one = np.asarray(view.untried[:, one].any(axis=1))
        # What is resolved stays so: pending results can only add to it.
        enough = view.own.resolved >= self.needed * len(one) - _ROUNDING
        return in_one, np.asarray(~in_one & enough & view.untried[:, two].any(axis=1))


@dataclass(frozen=True, slots=True)
class Darwin(ByQuantile):
    """Parents by score and novelty; a newborn's stages come before the next expansion."""

    staging: Staging = field(default_factory=Staging)
    keep: Keep = "keep_all"
    margin: float = 0.1
    name: str = "darwin"

    def choose(self, view: View, rng: Generator) -> Choice | None:
        """The next job; None while every possible parent still waits for its results, or has none."""
        in_one, in_two = self.staging.due(view)
        due = in_one | in_two
        if due.any() and view.evaluations_left > 0:
            return self._evaluation(view, int(np.argmax(due)), second=bool(in_two[np.argmax(due)]))
        pool = np.intersect1d(view.expandable, np.flatnonzero(self.pool(view) & ~due))
        if not len(pool):
            return None
        weight = weights(scores(view)[pool], view.children[pool])
        drawn = int(rng.choice(len(pool), p=weight))
        why = {
            "rule": "score and novelty",
            "drawn": int(pool[drawn]),
            "candidates": _record(view, pool, weight),
        }
        return Choice(Expand(view.agents[int(pool[drawn])]), why)

    def pool(self, view: View) -> NDArray[np.bool_]:
        """Agents of the archive that parents are drawn from: every result is in, and the rule keeps them.

        `keep_better` keeps a child iff its score >= its best parent's score - margin. (The public code
        compares with the seed agent's score instead.)
        """
        settled = np.asarray(view.pending == 0)
        if self.keep == "keep_all":
            return settled
        score = scores(view)
        bar = np.array([max((score[p] for p in those), default=0.0) for those in view.parents])
        return np.asarray(settled & (score >= bar - self.margin - _ROUNDING))

    def _evaluation(self, view: View, agent: int, *, second: bool) -> Choice:
        stage = self.staging.stages(view)[second]
        left = stage[view.untried[agent, stage]]
        why = {"rule": "stage two" if second else "stage one", "agent": agent, "left": len(left)}
        return Choice(Evaluate(view.agents[agent], view.tasks[int(left[0])]), why)


def scores(view: View) -> NDArray[np.float64]:
    """Resolved share of each agent's own attempts, pairs set aside counted as unresolved; 0 without any."""
    return np.asarray(view.own.resolved / np.maximum(1, view.own.attempted + view.set_aside))


def weights(score: NDArray[np.float64], children: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probabilities ~ sigmoid(10 (score - 0.5)) / (1 + children) (arXiv 2505.22954, appendix)."""
    weight = 1.0 / (1.0 + np.exp(-10.0 * (score - 0.5))) / (1.0 + children)
    return np.asarray(weight / weight.sum())


def _record(view: View, pool: _Indices, weight: NDArray[np.float64]) -> list[dict[str, Any]]:
    score = scores(view)
    return [
        {
            "agent": int(pool[i]),
            "score": round(float(score[pool[i]]), 6),
            "children": int(view.children[pool[i]]),
            "probability": round(float(weight[i]), 6),
        }
        for i in np.argsort(-weight, kind="stable")[:RECORDED_CANDIDATES]
    ]
