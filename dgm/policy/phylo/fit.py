"""The joint posterior of agents and tasks given the outcomes, by message passing between the two sides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dgm.policy.base import Outcomes
from dgm.policy.phylo import prior
from dgm.policy.phylo.tree import Floats, Levels, Steps, up_down

_ROUNDS = 4
_TASK_POINTS, _TASK_REACH = 31, 3.0
_SLIP = 0.004
_TYPICAL_SD, _TYPICAL_WEIGHT = 2.0, 10.0
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Fit:
    """What is known of agents and tasks. States are [hypothesis, drift, ability on the grid]."""

    agents: Floats
    """`[n, k, d, g]`: each agent's posterior under each hypothesis."""
    weights: Floats
    """`[k]`: the hypotheses' posterior."""
    rates: Floats
    """`[t, g]`: the chance that an agent of ability g resolves task t."""
    steps: Steps
    difficulty_sd: float

    @property
    def drifts(self) -> Floats:
        """`[k, d]`: what each state of drift adds to a child, in units."""
        return np.outer([each.drift for each in prior.HYPOTHESES], prior.DRIFTS)

    @property
    def skill(self) -> Floats:
        """`[g]`: the mean rate over the tasks."""
        return np.asarray(self.rates.mean(axis=0))


def fit(parent: NDArray[np.intp], n_tasks: int, outcomes: Outcomes) -> Fit:
    """The posterior given `outcomes`, of agents whose `parent` come before them.

    Abilities are summed exactly over the tree given the tasks, difficulties over a grid given the agents;
    each outcome passes messages both ways, without what it said itself (loopy belief propagation, Pearl
    1988). The spread of difficulties is found by expectation-maximisation with a weak prior.
    """
    agent, task = outcomes.agent, outcomes.task
    won = outcomes.resolved.astype(bool)[:, None]
    by_agent, by_task = np.argsort(agent, kind="stable"), np.argsort(task, kind="stable")
    levels, root = Levels.of(parent), prior.root_prior()
    sd = _TYPICAL_SD
    points = np.linspace(-_TASK_REACH, _TASK_REACH, _TASK_POINTS)
    said = np.zeros((len(agent), _TASK_POINTS))  # log messages to the tasks
    seed = 0.0
    for _ in range(_ROUNDS):
        rate = _rate(prior.grid() * prior.unit(sd), points * sd)
        log_task = _summed(said, task, by_task, n_tasks) - 0.5 * points**2
        cavity = _normalised(log_task[task] - said)
        heard = cavity @ rate.T
        heard = np.where(won, heard, 1 - heard)
        log_likelihood = _summed(np.log(heard), agent, by_agent, len(parent))
        likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True)) + _TINY
        steps = prior.steps(seed)
        states, evidence = up_down(levels, root, steps, likelihood)
        weights = prior.log_weights() + evidence
        weights = np.exp(weights - weights.max())
        weights /= weights.sum()
        ability = np.einsum("k,nkdg->ng", weights, states)
        seed = float(ability[0] @ prior.grid())
        rest = ability[agent] / heard
        rest /= rest.sum(axis=1, keepdims=True)
        told = rest @ rate
        said = np.log(np.where(won, told, 1 - told))
        difficulty = _normalised(_summed(said, task, by_task, n_tasks) - 0.5 * points**2)
        second = float(((difficulty @ points**2) * sd**2).sum())
        sd = np.sqrt((_TYPICAL_WEIGHT * _TYPICAL_SD**2 + second) / (_TYPICAL_WEIGHT + n_tasks))
    return Fit(states, weights, difficulty @ rate.T, steps, float(sd))


def _rate(ability: Floats, difficulty: Floats) -> Floats:
    """`[g, b]`: the chance to resolve, with a little guess and slip in both directions (Rasch 1960)."""
    return np.asarray(_SLIP + (1 - 2 * _SLIP) / (1 + np.exp(difficulty[None, :] - ability[:, None])))


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
