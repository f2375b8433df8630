"""`phylo`: one posterior over abilities, lineages and tasks decides what is worth most for its cost."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dgm.jobs import Evaluate, Expand
from dgm.policy.base import Choice, Recommendation, View
from dgm.policy.phylo import worth
from dgm.policy.phylo.beliefs import Beliefs
from dgm.policy.phylo.prior import GRID
from dgm.policy.phylo.tree import Floats
from dgm.policy.thompson import RECORDED_CANDIDATES
from dgm.policy.widening import widens

MOST_UNDER_WAY = 15
"""What 16 workers have beside the next ticket; with many more, children would outnumber evaluations."""
_Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Option:
    """Whom to expand, or to evaluate; `worth` is in skill per evaluation that it costs."""

    agent: int
    worth: float
    candidates: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Phylo:
    """Does what is worth most for its cost (`worth`), by a fit of the whole tree.

    Evaluates the agent whose results promise to raise the best one's skill most, on the task that tells most
    about it (Lindley 1956). Whom to expand is drawn (Thompson 1933): the agent whose ability and drift
    promise most, less `novelty` for children that it has or will have. It is expanded iff its child is worth
    as much as the best attempt. As long as both can be done, it is always expanded where E < `initial` or
    E <= N ** `least`, and else never where E > N ** `alpha`, with N evaluations settled after the seed's
    first round and E expansions asked; `alpha` goes before `least`.
    The champion has the highest `mean - caution * sd` of skill.

    Parents are chosen before the w tickets under way have told of them, so that lineages grow less deep. More
    children make up for it: in both powers E counts for E / h, and a child for h times its worth, where h is
    1 + `haste` * (w - 1). More than `MOST_UNDER_WAY` count as so many, and of one alone h is 1. Both powers
    let in fewer children where they are dear: E counts for sqrt(`price`) * E there.
    """

    alpha: float = 0.8
    least: float = 0.5
    initial: int = 5
    price: float = 1.0
    """What an expansion costs, in evaluations."""
    haste: float = 0.08
    horizon: float = 2.0
    """Generations of drift that a parent is credited with."""
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
        turn = self._turn(view)
        if turn is None:
            return None
        beliefs = self.beliefs(view)
        mean, sd = beliefs.skill()
        child = self._expansion(view, beliefs, float(mean.max()), rng) if turn != "evaluate" else None
        attempt = _evaluation(view, mean, sd) if turn != "expand" else None
        why: dict[str, Any] = {"evaluations": view.evaluations, "expansions": view.expansions}
        if child and attempt:
            why |= {"child": _significant(child.worth), "attempt": _significant(attempt.worth)}
        else:
            why |= {"least": min(self.least, self.alpha), "most": self.alpha}
        if child and (attempt is None or child.worth >= attempt.worth):
            why |= {"rule": "descendant", "candidates": child.candidates}
            return Choice(Expand(view.agents[child.agent]), why)
        assert attempt is not None, "neither was asked for"
        return _attempt(view, beliefs, attempt, why | {"rule": "gradient"})

    def finish(self, view: View) -> Choice | None:
        """The attempt that is worth most, as long as there is any."""
        if not len(view.evaluable):
            return None
        beliefs = self.beliefs(view)
        return _attempt(view, beliefs, _evaluation(view, *beliefs.skill()), {"rule": "gradient at the end"})

    def champion(self, view: View) -> Recommendation:
        """The agent of highest cautious skill; pairs set aside count as unresolved."""
        mean, sd = self.beliefs(view).skill()
        share = view.own.attempted / np.maximum(1, view.own.attempted + view.set_aside)
        standing = np.where(view.own.attempted > 0, (mean - self.caution * sd) * share, -1.0)
        return self.estimate(view, int(standing.argmax()))

    def estimate(self, view: View, agent: int) -> Recommendation:
        """By the whole tree, and by what the tasks were that the agent met."""
        beliefs = self.beliefs(view)
        attempted, aside = int(view.own.attempted[agent]), int(view.set_aside[agent])
        counted = attempted / (attempted + aside) if aside else 1.0
        low, high = (beliefs.quantile(agent, quantile) * counted for quantile in (0.025, 0.975))
        return Recommendation(view.agents[agent], float(beliefs.skill()[0][agent]) * counted, (low, high))

    def _turn(self, view: View) -> Literal["expand", "evaluate", "either"] | None:
        """What may come next."""
        may_expand = len(view.expandable) > 0
        if not (len(view.evaluable) and view.evaluations_left > 0):
            return "expand" if may_expand else None
        done, grown = view.evaluations, view.expansions * self.price**0.5 / self._hurry(view)
        early = view.expansions < self.initial
        if not may_expand or not (early or widens(done, grown, self.alpha)):
            return "evaluate"
        return "expand" if early or widens(done, grown, self.least) else "either"

    def _hurry(self, view: View) -> float:
        return 1 + self.haste * max(0, min(view.under_way, MOST_UNDER_WAY) - 1)

    def _expansion(self, view: View, beliefs: Beliefs, best: float, rng: Generator) -> _Option:
        """Whom to expand, and what its child is worth beside an agent of skill `best`."""
        among, told = view.expandable, beliefs.heritable
        at = (told.below[among, :-1] < rng.random(len(among))[:, None]).sum(axis=1)
        drawn = GRID[at] + self.horizon * told.drift[among, at]
        drawn -= self.novelty * np.log1p(view.children[among] + view.expanding[among])
        parent = int(among[drawn.argmax()])
        mean, sd = beliefs.skill_of_child(parent)
        value = worth.of_child(mean, sd, best, self.price, len(view.tasks)) * self._hurry(view)
        return _Option(parent, value, _record(view, told.ability @ beliefs.fit.skill, among, "draw", drawn))


def _evaluation(view: View, mean: Floats, sd: Floats) -> _Option:
    """Whom to evaluate, and what that is worth; skills are believed to be mean +- sd."""
    among = view.evaluable
    values = worth.of_attempts(mean, sd, view.pending, view.attempts_left)[among]
    best = int(values.argmax())
    return _Option(int(among[best]), float(values[best]), _record(view, mean, among, "worth", values))


def _attempt(view: View, beliefs: Beliefs, option: _Option, why: dict[str, Any]) -> Choice:
    """The agent's attempt at the task that tells most about it."""
    task, bits = _most_telling(view, beliefs, option.agent)
    why |= {"bits": round(bits, 4), "candidates": option.candidates}
    return Choice(Evaluate(view.agents[option.agent], view.tasks[task]), why)


def _most_telling(view: View, beliefs: Beliefs, agent: int) -> tuple[int, float]:
    """The untried task whose outcome tells most about the agent's ability, and how much, in bits."""
    tasks = np.flatnonzero(view.untried[agent])
    rates, ability = beliefs.fit.rates[tasks], beliefs.whole.ability[agent]
    told = _entropy(rates @ ability) - _entropy(rates) @ ability
    best = int(told.argmax())
    return int(tasks[best]), float(told[best])


def _entropy(rate: Floats) -> Floats:
    return np.asarray(-(rate * np.log2(rate) + (1 - rate) * np.log2(1 - rate)))


def _record(view: View, skill: Floats, among: _Indices, name: str, values: Floats) -> list[dict[str, Any]]:
    """The agents of highest values, best first."""
    best = np.argsort(-values, kind="stable")[:RECORDED_CANDIDATES]
    return [
        {
            "agent": int(agent),
            "skill": round(float(skill[agent]), 6),
            "children": int(view.children[agent]),
            "attempted": int(view.own.attempted[agent]),
            name: _significant(float(value)),
        }
        for agent, value in zip(among[best], values[best], strict=True)
    ]


def _significant(value: float) -> float:
    return float(f"{value:.6g}")
