"""The joint posterior of agents and tasks given the outcomes, by message passing between the two sides."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dgm.policy.base import Outcomes
from dgm.policy.phylo import prior
from dgm.policy.phylo.tree import Floats, Levels, Steps, up_down

_COLD, _WARM = 6, 2
"""Rounds of a fit from nothing, and of one that goes on from another."""
_SLIP = 0.004
_DIFFICULTIES = 1.5 * np.sinh(np.linspace(-3.0, 3.0, 37))
"""Logits, closer together in the middle."""
_SPREADS = np.geomspace(0.3, 9.0, 18)
"""Standard deviations that the difficulties may have."""
_TYPICAL = 9
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Fit:
    """What is known of agents and tasks. States are [hypothesis, drift, ability on the grid]."""

    agents: Floats
    """`[n, k, d, g]`: each agent's posterior under each hypothesis."""
    weights: Floats
    """`[k]`: the hypotheses' posterior."""
    ability: Floats
    """`[n, g]`: each agent's posterior under all of them."""
    rates: Floats
    """`[t, g]`: the chance that an agent of ability g resolves task t."""
    skill_sd: Floats
    """`[g]`: how uncertain the mean rate is at ability g, for the difficulties are known only so well."""
    steps: Steps
    difficulty_sd: float
    said: Floats
    """Per pair the logarithm of what its agent says of its task: where a later fit may go on."""

    @property
    def drifts(self) -> Floats:
        """`[k, d]`: what each state of drift adds to a child, in units."""
        return np.outer([each.drift for each in prior.HYPOTHESES], prior.DRIFTS)

    @property
    def skill(self) -> Floats:
        """`[g]`: the mean rate over the tasks."""
        return np.asarray(self.rates.mean(axis=0))


def fit(parent: NDArray[np.intp], n_tasks: int, outcomes: Outcomes, before: Fit | None = None) -> Fit:
    """The posterior given `outcomes`, of agents whose `parent` come before them.

    Abilities are summed exactly over the tree given the tasks, difficulties over a grid given the agents;
    each pair that met passes messages both ways, without what it said itself (loopy belief propagation,
    Pearl 1988). The spread of difficulties is the one of highest evidence given the messages. `before` is of
    some of the first outcomes.
    """
    levels, root = Levels.of(parent), prior.root_prior()
    exchange = _Exchange(outcomes, len(parent), n_tasks, before)
    seed = float(before.ability[0] @ prior.GRID) if before else 0.0
    for _ in range(_WARM if before else _COLD):
        steps = prior.steps(seed)
        states, evidence = up_down(levels, root, steps, exchange.likelihood())
        weights = _normalised((prior.log_weights() + evidence)[None])[0]
        ability = np.einsum("k,nkdg->ng", weights, states)
        seed = float(ability[0] @ prior.GRID)
        exchange.tell(ability)
    return Fit(states, weights, ability, *exchange.rates(), steps, exchange.difficulty_sd, exchange.said)


class _Exchange:
    """Messages between agents and tasks, one each way for each pair, whatever its attempts."""

    def __init__(self, outcomes: Outcomes, n_agents: int, n_tasks: int, before: Fit | None) -> None:
        first, attempts, won = _pairs(outcomes, n_tasks)
        self._agent, self._task, self._n_agents = outcomes.agent[first], outcomes.task[first], n_agents
        self._ends = [
            (int(wins), int(tries - wins), np.flatnonzero((attempts == tries) & (won == wins)))
            for tries, wins in np.unique(np.stack([attempts, won]), axis=1).T
        ]
        self._by_agent = np.argsort(self._agent, kind="stable")
        self._by_task = np.argsort(self._task, kind="stable")
        self._log_priors, self._log_spread = _log_priors()
        self._spread = int(np.abs(_SPREADS - before.difficulty_sd).argmin()) if before else _TYPICAL
        self.said = np.zeros((len(first), len(_DIFFICULTIES)))
        if before:
            self.said[: len(before.said)] = before.said
        self._told = _summed(self.said, self._task, self._by_task, n_tasks)
        self._heard = np.zeros((len(first), prior.POINTS))

    @property
    def difficulty_sd(self) -> float:
        return float(_SPREADS[self._spread])

    def rates(self) -> tuple[Floats, Floats]:
        """Expected under the difficulties `[t, g]`, and the standard deviation of their mean `[g]`."""
        difficulty, rate = _normalised(self._log_priors[self._spread] + self._told), self._rate()
        rates = difficulty @ rate.T
        variance = (difficulty @ rate.T**2 - rates**2).clip(min=0.0)
        return rates, np.sqrt(variance.sum(axis=0)) / len(rates)

    def likelihood(self) -> Floats:
        """What the tasks say of each agent, at most 1."""
        task = self._log_priors[self._spread] + self._told
        self._heard = self._chance(_normalised(task[self._task] - self.said), self._rate().T)
        logs = _summed(np.log(self._heard), self._agent, self._by_agent, self._n_agents)
        return np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)) + _TINY)

    def tell(self, ability: Floats) -> None:
        """Take in what the agents say of the tasks, and find the spread of difficulties that fits it."""
        rest = ability[self._agent] / self._heard
        rest /= rest.sum(axis=1, keepdims=True)
        self.said = np.log(self._chance(rest, self._rate()))
        self._told = _summed(self.said, self._task, self._by_task, len(self._told))
        each = np.exp(self._told - self._told.max(axis=1, keepdims=True)) @ np.exp(self._log_priors).T
        self._spread = int((np.log(each).sum(axis=0) + self._log_spread).argmax())

    def _chance(self, weights: Floats, rate: Floats) -> Floats:
        """That each pair's attempts end as they did; `weights[pair, x]` sums over x, `rate[x, y]`."""
        chance = np.empty((len(weights), rate.shape[1]))
        for won, lost, pairs in self._ends:
            chance[pairs] = weights[pairs] @ (rate**won * (1 - rate) ** lost)
        return chance

    def _rate(self) -> Floats:
        """`[g, b]`: the chance to resolve (Rasch 1960), with a little guess and slip."""
        ability = prior.GRID[:, None] * prior.unit(self.difficulty_sd)
        return np.asarray(_SLIP + (1 - 2 * _SLIP) / (1 + np.exp(_DIFFICULTIES - ability)))


def _pairs(outcomes: Outcomes, n_tasks: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Each pair's first outcome, in order, its attempts and how many succeeded."""
    key = outcomes.agent.astype(np.int64) * n_tasks + outcomes.task
    _, first, pair, attempts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    won = np.bincount(pair, outcomes.resolved, len(first)).astype(np.intp)
    order = np.argsort(first)
    return first[order], attempts[order], won[order]


@cache
def _log_priors() -> tuple[Floats, Floats]:
    """The prior of a difficulty `[s, b]` under each spread, and that of the spreads, up to a constant."""
    width = np.gradient(_DIFFICULTIES)
    each = width * np.exp(-0.5 * (_DIFFICULTIES / _SPREADS[:, None]) ** 2) + _TINY
    typical = np.log(_SPREADS / _SPREADS[_TYPICAL])
    return np.log(each / each.sum(axis=1, keepdims=True)), -0.5 * (typical / 0.8) ** 2


def _normalised(logs: Floats) -> Floats:
    each = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(each / each.sum(axis=1, keepdims=True))


def _summed(rows: Floats, index: NDArray[np.int32], order: NDArray[np.intp], size: int) -> Floats:
    """Rows summed by their index; `order` sorts it."""
    total = np.zeros((size, rows.shape[1]))
    if len(index):
        ordered = index[order]
        starts = np.flatnonzero(np.diff(ordered, prepend=-1))
        total[ordered[starts]] = np.add.reduceat(rows[order], starts, axis=0)
    return total
