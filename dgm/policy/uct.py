"""UCT over the lineage: UCB1 down the tree with progressive widening (after SWE-Search, arXiv 2410.20285)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log, sqrt
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dgm.clades import Counts, ancestry
from dgm.jobs import Evaluate, Expand
from dgm.policy.base import Choice, View
from dgm.policy.thompson import RECORDED_CANDIDATES, ByQuantile, untried_task


@dataclass(frozen=True, slots=True)
class _Arm:
    """A way on from an agent: into the clade of a child, or no further, being the agent itself."""

    agent: int
    resolved: int
    visits: int

    def bound(self, total: int, exploration: float) -> float:
        """Infinite without a visit."""
        if not self.visits:
            return inf
        return self.resolved / self.visits + exploration * sqrt(log(total) / self.visits)


@dataclass(frozen=True, slots=True)
class Uct(ByQuantile):
    """Walks down from the seed; an agent with room for a child is expanded, else the best arm is taken.

    The arms are the clades of an agent's children, and the agent itself, which ends the walk with an
    evaluation on a random untried task. The best has the highest mean + `exploration` * sqrt(ln N / n), n
    being its visits and N those of the whole clade (UCB1, Auer, Cesa-Bianchi, Fischer 2002, theorem 1, where
    exploration is sqrt 2). A clade of N visits has room for (N / `first`) ^ `alpha` children of its head
    (progressive widening, Couëtoux et al. 2011). A job under way is a visit that resolved nothing (virtual
    loss), so that workers spread.
    """

    exploration: float = 0.5
    alpha: float = 0.5
    first: float = 4.0
    """Visits that the first child of an agent takes."""
    name: str = "uct"

    def choose(self, view: View, rng: Generator) -> Choice | None:
        """The next job; None when nothing can be expanded or evaluated."""
        expandable = np.zeros(len(view.agents), dtype=np.bool_)
        expandable[view.expandable] = True
        evaluable = (view.untried_count > 0) & (view.evaluations_left > 0)
        children = _leading_on(view, expandable | evaluable)
        waiting = view.pending + view.expanding
        visits = _visits(view, waiting)
        path, others = [0], list[_Arm]()
        while children is not None:
            agent, total = path[-1], int(visits[path[-1]])
            arms = [
                _Arm(child, int(view.clade.resolved[child]), int(visits[child])) for child in children[agent]
            ]
            if evaluable[agent]:
                own = int(view.own.attempted[agent] + waiting[agent])
                arms.append(_Arm(agent, int(view.own.resolved[agent]), own))
            born = int(view.children[agent] + view.expanding[agent])
            if expandable[agent] and (not arms or born + 1 <= (total / self.first) ** self.alpha):
                why = {"rule": "room", "visits": total, "children": born}
                return Choice(Expand(view.agents[agent]), {**why, **_record(path, others)})
            bounds = np.array([arm.bound(total, self.exploration) for arm in arms])
            taken = arms[int(rng.choice(np.flatnonzero(bounds == bounds.max())))]
            others = [arms[i] for i in np.argsort(-bounds, kind="stable")[:RECORDED_CANDIDATES]]
            if taken.agent == agent:
                task = untried_task(view, agent, rng)
                why = {"rule": "bound", **_record(path, others)}
                return Choice(Evaluate(view.agents[agent], view.tasks[task]), why)
            path.append(taken.agent)
        return None


def _leading_on(view: View, able: NDArray[np.bool_]) -> Sequence[Sequence[int]] | None:
    """Of each agent the children in whose clade something can be done; None where nothing can be."""
    leads, children = able.copy(), [list[int]() for _ in view.agents]
    for agent in range(len(view.agents) - 1, -1, -1):  # Parents come before their children.
        if leads[agent]:
            for parent in view.parents[agent]:
                leads[parent] = True
                children[parent].append(agent)
    return children if leads[0] else None


def _visits(view: View, waiting: Counts) -> Counts:
    """Outcomes of each clade, and the jobs that wait for one."""
    visits = view.clade.attempted
    for agent in np.flatnonzero(waiting):
        visits[ancestry(view.parents, int(agent))] += waiting[agent]
    return visits


def _record(path: Sequence[int], arms: Sequence[_Arm]) -> dict[str, Any]:
    """The way that was walked, and the arms where it last parted, best first."""
    candidates = [{"agent": arm.agent, "resolved": arm.resolved, "visits": arm.visits} for arm in arms]
    return {"path": list(path), "candidates": candidates}
