"""`phylo`: one posterior over abilities, lineages and tasks decides whom to expand and what to find out."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dgm.jobs import Evaluate, Expand
from dgm.policy.base import Choice, Recommendation, View
from dgm.policy.phylo.beliefs import Beliefs, Marginals
from dgm.policy.phylo.prior import GRID
from dgm.policy.phylo.tree import Floats
from dgm.policy.thompson import RECORDED_CANDIDATES
from dgm.policy.widening import Widening

_Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Phylo:
    """Thompson sampling (1933) on what an agent's children may be, from a fit of the whole tree.

    Expands the agent whose drawn ability and drift promise most, less `novelty` for children that it has or
    will have; evaluates the one whose draw is best, on the task that tells most about it (Lindley 1956).
    The champion has the highest `mean - caution * sd` of skill.
    """

    widening: Widening = field(default_factory=lambda: Widening(alpha=0.8, haste=0.25))
    horizon: float = 2.0
    """Generations of drift that an agent is credited with."""
    novelty: float = 0.3
    """Units of ability by which the logarithm of the number of children counts against a parent."""
    caution: float = 1.0
    name: str = "phylo"
    _beliefs: Beliefs = field(default_factory=Beliefs, compare=False, repr=False)

    def beliefs(self, view: View) -> Beliefs:
        """What is believed, seeing `view`; good until the next call."""
        self._beliefs.see(view)
        return self._beliefs

    def choose(self, view: View, rng: Generator) -> Choice | None:
        """The next job; None when nothing can be expanded or evaluated."""
        turn = self.widening.turn(view)
        if turn is None:
            return None
        beliefs, schedule = self.beliefs(view), self.widening.record(view)
        levels = beliefs.fit.skill
        if turn == "expand":
            among = view.expandable
            told = beliefs.heritable
            drawn = self._draws(told, among, np.ones(len(among), dtype=np.int64), rng)
            drawn -= self.novelty * np.log1p(view.children[among] + view.expanding[among])
            parent = int(among[drawn.argmax()])
            why = {
                "rule": "descendant",
                **schedule,
                "candidates": _record(view, told, levels, among, drawn),
            }
            return Choice(Expand(view.agents[parent]), why)
        among, told = view.evaluable, beliefs.whole
        # Results to come will narrow the draw: an agent that waits for some counts as nearer to its mean.
        drawn = self._draws(told, among, 1 + view.pending[among], rng)
        agent = int(among[drawn.argmax()])
        task, bits = _most_telling(view, beliefs, agent)
        why = {
            "rule": "knowledge",
            **schedule,
            "bits": round(bits, 4),
            "candidates": _record(view, told, levels, among, drawn),
        }
        return Choice(Evaluate(view.agents[agent], view.tasks[task]), why)

    def champion(self, view: View) -> Recommendation:
        """The agent of highest cautious skill; pairs set aside count as unresolved."""
        beliefs = self.beliefs(view)
        mean, sd = beliefs.skill()
        share = view.own.attempted / np.maximum(1, view.own.attempted + view.set_aside)
        standing = np.where(view.own.attempted > 0, (mean - self.caution * sd) * share, -1.0)
        agent = int(standing.argmax())
        counted = float(share[agent]) if view.set_aside[agent] else 1.0
        low, high = (beliefs.quantile(agent, quantile) * counted for quantile in (0.025, 0.975))
        return Recommendation(view.agents[agent], float(mean[agent]) * counted, (low, high))

    def _draws(self, told: Marginals, among: _Indices, times: NDArray[np.int64], rng: Generator) -> Floats:
        """For each agent the mean of `times` draws of its ability and drift, in units."""
        below, drift, total = told.below[among], told.drift[among], np.zeros(len(among))
        for turn in range(int(times.max())):
            left = np.flatnonzero(times > turn)
            at = (below[left, :-1] < rng.random(len(left))[:, None]).sum(axis=1)
            total[left] += GRID[at] + self.horizon * drift[left, at]
        return total / times


def _most_telling(view: View, beliefs: Beliefs, agent: int) -> tuple[int, float]:
    """The untried task whose outcome tells most about the agent's ability, and how much, in bits."""
    tasks = np.flatnonzero(view.untried[agent])
    rates, ability = beliefs.fit.rates[tasks], beliefs.whole.ability[agent]
    told = _entropy(rates @ ability) - _entropy(rates) @ ability
    best = int(told.argmax())
    return int(tasks[best]), float(told[best])


def _entropy(rate: Floats) -> Floats:
    return np.asarray(-(rate * np.log2(rate) + (1 - rate) * np.log2(1 - rate)))


def _record(
    view: View, told: Marginals, levels: Floats, among: _Indices, drawn: Floats
) -> list[dict[str, Any]]:
    """The highest draws with what they are drawn from, best first; `levels[g]` is the skill of ability g."""
    best = np.argsort(-drawn, kind="stable")[:RECORDED_CANDIDATES]
    agents = among[best]
    skill = told.ability[agents] @ levels
    return [
        {
            "agent": int(agent),
            "skill": round(float(skill[n]), 6),
            "children": int(view.children[agent]),
            "attempted": int(view.own.attempted[agent]),
            "draw": round(float(drawn[best[n]]), 6),
        }
        for n, agent in enumerate(agents)
    ]
