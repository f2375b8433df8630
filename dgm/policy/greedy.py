"""The greedy baseline: always the best agent so far (SICA, Robeyns et al. 2025, arXiv 2504.15228)."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from dgm.jobs import Evaluate, Expand
from dgm.policy.base import Choice, View
from dgm.policy.darwin import scores
from dgm.policy.thompson import ByQuantile


@dataclass(frozen=True, slots=True)
class Greedy(ByQuantile):
    """Expands the agent with the best own mean, of equals one by chance; each meets every task at birth."""

    name: str = "greedy"

    def choose(self, view: View, rng: Generator) -> Choice | None:
        """The next job; None while every possible parent still waits for its results, or there is none."""
        if len(view.evaluable) and view.evaluations_left > 0:
            agent = int(view.evaluable[0])
            left = np.flatnonzero(view.untried[agent])
            why = {"rule": "every task at birth", "agent": agent, "left": len(left)}
            return Choice(Evaluate(view.agents[agent], view.tasks[int(left[0])]), why)
        whole = np.flatnonzero((view.pending == 0) & (view.untried_count == 0))
        among = np.intersect1d(view.expandable, whole)
        if not len(among):
            return None
        score = scores(view)[among]
        best = among[score == score.max()]
        why = {
            "rule": "best so far",
            "score": round(float(score.max()), 6),
            "among": [int(i) for i in best[:5]],
        }
        return Choice(Expand(view.agents[int(rng.choice(best))]), why)
