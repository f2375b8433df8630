"""What `phylo` believes of each agent now: the last fit, what was told since, and who was born since."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dgm.policy.base import Outcomes, View
from dgm.policy.phylo import prior
from dgm.policy.phylo.fit import Fit, fit
from dgm.policy.phylo.tree import Floats

GROWTH = 1.05
"""A fit takes in this many times the outcomes of the one before, or `LEAST` more."""
LEAST = 5
INTERVALS = 41
"""Tried for the shortest one."""


CHAIN = 16
"""Each fit goes on from the one before, but every so many-th starts from nothing, so that a fresh instance
need not go back to the beginning to know the same."""


def fitted_counts(told: int) -> Sequence[int]:
    """Of how many outcomes fits are made, up to the last one, since the one that starts from nothing.

    A function of the number of outcomes told so far, and of nothing else.
    """
    counts, number, count = [0], 0, 0
    while (following := max(count + LEAST, int(count * GROWTH))) <= told:
        number, count = number + 1, following
        counts = [count] if number % CHAIN == 0 else [*counts, count]
    return counts


@dataclass(frozen=True, slots=True)
class Marginals:
    """What is believed of each agent for itself; arrays are `[n, g]`, abilities on the grid."""

    ability: Floats
    below: Floats
    """The chance of an ability of at most g."""
    drift: Floats
    """That is expected of an agent whose ability is g, in units."""

    @classmethod
    def unknown(cls, agents: int, points: int) -> "Marginals":
        """Room for so many."""
        return cls(*np.zeros((3, agents, points)))

    def first(self, agents: int) -> "Marginals":
        """The first of them."""
        return Marginals(self.ability[:agents], self.below[:agents], self.drift[:agents])

    def doubled(self) -> "Marginals":
        """With room for as many again."""
        return Marginals(
            *(np.concatenate([row, np.zeros_like(row)]) for row in (self.ability, self.below, self.drift))
        )

    def know(self, agents: slice, states: Floats, weights: Floats, drifts: Floats) -> None:
        """Take what is believed of `agents` from their states `[n, k, d, g]` under hypotheses `[k]`."""
        ability = np.einsum("nkdg,k->ng", states, weights)
        drift = np.einsum("nkdg,kd->ng", states, weights[:, None] * drifts)
        self.drift[agents] = drift / (ability + 1e-300)
        self.set(agents, ability)

    def set(self, agents: slice, ability: Floats) -> None:
        """Abilities up to a factor."""
        self.ability[agents] = ability / ability.sum(axis=1, keepdims=True)
        np.cumsum(self.ability[agents], axis=1, out=self.below[agents])


class Beliefs:
    """Distributions over the grid of abilities, kept up to date as a view grows.

    They are a function of the view: of a fit to its first outcomes, of the later outcomes one by one, each
    telling of its own agent only, and of the parent's state in the fit for who was born since.
    """

    def __init__(self) -> None:
        self._fit: Fit | None = None
        self._fitted = -1
        self._parents: Sequence[tuple[int, ...]] = []
        self._told = Outcomes(*np.zeros((3, 0), dtype=np.int32))
        self._states: list[Floats] = []
        self._whole = self._heritable = Marginals.unknown(0, 0)

    @property
    def fit(self) -> Fit:
        """The last fit."""
        assert self._fit is not None, "nothing was seen yet"
        return self._fit

    @property
    def whole(self) -> Marginals:
        """Under all hypotheses."""
        return self._whole.first(len(self._parents))

    @property
    def heritable(self) -> Marginals:
        """If children take after their parents. Whom to expand matters only then."""
        return self._heritable.first(len(self._parents))

    def skill(self) -> tuple[Floats, Floats]:
        """Each agent's expected skill, and the standard deviation of what it may be."""
        return self._skill_of(self.whole.ability)

    def skill_of_child(self, agent: int) -> tuple[float, float]:
        """What a child of `agent` may be by the last fit: the mean of its skill, and the deviation."""
        child = np.einsum("k,kdg->g", self.fit.weights, self._born_of(agent)[0])
        mean, sd = self._skill_of(child / child.sum())
        return float(mean), float(sd)

    def _skill_of(self, ability: Floats) -> tuple[Floats, Floats]:
        levels = self.fit.skill
        mean = ability @ levels
        return mean, np.sqrt(np.maximum(ability @ levels**2 - mean**2, 0.0))

    def _born_of(self, agent: int) -> Floats:
        """`[1, k, d, g]`: a child's state, given its parent's at the last fit."""
        fitted = len(self.fit.agents)
        parent = self.fit.agents[agent] if agent < fitted else self._states[agent - fitted]
        return self.fit.steps.forward(parent[None])

    def quantile(self, agent: int, quantile: float) -> float:
        """A quantile of an agent's skill; a point of the grid stands for all abilities around it.

        The first and the last stand for all beyond them too.
        """
        return float(self._blurred(agent, self._quantiles(agent, np.array([quantile])), quantile)[0])

    def interval(self, agent: int, level: float) -> tuple[float, float]:
        """The shortest interval that holds an agent's skill with chance `level`.

        Not the central one: of who solves next to nothing that would leave 0 out.
        """
        lowest = np.linspace(0.0, 1.0 - level, INTERVALS)
        lows, highs = self._quantiles(agent, lowest), self._quantiles(agent, lowest + level)
        shortest = int((highs - lows).argmin())
        ends = np.array([lows[shortest], highs[shortest]])
        low, high = self._blurred(agent, ends, (1.0 - level) / 2)
        return float(low), float(high)

    def _quantiles(self, agent: int, quantiles: Floats) -> Floats:
        levels = self.fit.skill
        edges = np.concatenate([[0.0], (levels[1:] + levels[:-1]) / 2, [1.0]])
        return np.asarray(np.interp(quantiles, np.concatenate([[0.0], self._whole.below[agent]]), edges))

    def _blurred(self, agent: int, ends: Floats, tail: float) -> Floats:
        """Ends with `tail` beyond each, moved out by what is uncertain of the tasks, as if independent."""
        from scipy.special import ndtri

        middle = self._quantiles(agent, np.array([0.5]))
        reach = ndtri(tail) * np.sqrt(self._whole.ability[agent] @ self.fit.skill_sd**2)
        return np.asarray(middle + np.sign(ends - middle) * np.hypot(ends - middle, reach)).clip(0.0, 1.0)

    def see(self, view: View) -> None:
        """Take in what the view tells that was not known yet."""
        told = view.outcomes
        counts = fitted_counts(len(told))
        if not self._extends(view):
            self._fit, self._fitted = None, -1
        if self._fitted != counts[-1]:
            before = self._fit if self._fitted in counts else None
            for count in counts[counts.index(self._fitted) + 1 :] if before else counts:
                before = self.refit(view, count, before)
            self._fit, self._fitted = before, counts[-1]
            self._told, self._states = told.first(counts[-1]), []
            self._add_fitted(view.parents[: len(self.fit.agents)])
        self._add_born(view.parents)
        for index in range(len(self._told), len(told)):
            self._hear(int(told.agent[index]), int(told.task[index]), bool(told.resolved[index]))
        self._told = told

    @staticmethod
    def refit(view: View, count: int, before: Fit | None = None) -> Fit:
        """The fit to the first `count` outcomes, which may go on from one to fewer."""
        first = view.outcomes.first(count)
        agents = 1 + int(first.agent.max()) if count else 1
        parent = np.array([those[0] if those else 0 for those in view.parents[:agents]], dtype=np.intp)
        return fit(parent, len(view.tasks), first, before)

    def _extends(self, view: View) -> bool:
        """Whether the view is of the search seen before, and no shorter."""
        told, before = view.outcomes.first(len(self._told)), self._told
        return list(view.parents[: len(self._parents)]) == self._parents and all(
            np.array_equal(*pair)
            for pair in (
                (told.agent, before.agent),
                (told.task, before.task),
                (told.resolved, before.resolved),
            )
        )

    def _add_fitted(self, parents: Sequence[tuple[int, ...]]) -> None:
        self._parents = list(parents)
        self._whole, self._heritable = (Marginals.unknown(*self.fit.ability.shape) for _ in range(2))
        self._know(slice(0, len(parents)), self.fit.agents)

    def _add_born(self, parents: Sequence[tuple[int, ...]]) -> None:
        """Children without outcomes when the fit was made, each from its (first) parent's state then."""
        for agent in range(len(self._parents), len(parents)):
            if agent >= len(self._whole.ability):
                self._whole, self._heritable = self._whole.doubled(), self._heritable.doubled()
            state = self._born_of(parents[agent][0])
            self._states.append(state[0])
            self._know(slice(agent, agent + 1), state)
        self._parents = list(parents)

    def _know(self, agents: slice, states: Floats) -> None:
        weights = self.fit.weights
        # Where next to nothing speaks for inheritance, its hypotheses are still held against each other.
        passed_on = np.maximum(weights, 1e-100) * prior.heritable()
        self._whole.know(agents, states, weights, self.fit.drifts)
        self._heritable.know(agents, states, passed_on / passed_on.sum(), self.fit.drifts)

    def _hear(self, agent: int, task: int, resolved: bool) -> None:  # noqa: FBT001 - a verdict
        rate, one = self.fit.rates[task], slice(agent, agent + 1)
        for marginals in (self._whole, self._heritable):
            marginals.set(one, marginals.ability[one] * (rate if resolved else 1 - rate))
