"""What a policy sees and says. A policy is a function of (view, random source) and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from archive.events import AgentId, TaskId
from dgm.clades import Counts, Tally
from dgm.jobs import Job


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The search outcomes in the order they were told: which agent, which task, and 1 for resolved."""

    agent: NDArray[np.int32]
    task: NDArray[np.int32]
    resolved: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.agent)

    def first(self, count: int) -> "Outcomes":
        """The first `count` of them."""
        return Outcomes(self.agent[:count], self.task[:count], self.resolved[:count])


@dataclass(frozen=True, slots=True)
class View:
    """The search as a policy may see it; every array is read-only. Agent 0 is the seed.

    `untried[a, t]` is true where agent `a`, in its present round of attempts, has neither attempted task `t`
    nor is about to; `attempts_left[a]` counts such pairs of all rounds. `set_aside[a]` counts attempts that
    gave no evidence, which champion selection takes as unresolved. `staged` are the tasks in the order that
    stages take them, whoever attempts them.
    `expanding` counts Expand and Merge tickets that have not ended, `pending` such Evaluate tickets; `merged`
    are pairs whose Merge was asked. `under_way` counts the search's tickets that have not ended.
    `evaluations` are settled search evaluations, without the seed's first round; `expansions` are Expand and
    Merge tickets asked, whatever became of them. What is left is None where there is no limit.
    """

    agents: Sequence[AgentId]
    tasks: Sequence[TaskId]
    staged: NDArray[np.intp]
    parents: Sequence[tuple[int, ...]]
    own: Tally
    clade: Tally
    outcomes: Outcomes
    children: Counts
    expanding: Counts
    pending: Counts
    untried: NDArray[np.bool_]
    untried_count: Counts
    attempts_left: Counts
    set_aside: Counts
    barred: NDArray[np.bool_]
    evaluations: int
    expansions: int
    evaluations_left: int
    expansions_left: int | None
    merged: frozenset[frozenset[int]] = frozenset()
    under_way: int = 0

    @property
    def expandable(self) -> NDArray[np.intp]:
        """Indices of agents that may be expanded now."""
        if self.expansions_left is not None and self.expansions_left <= 0:
            return np.empty(0, dtype=np.intp)
        return np.flatnonzero(~self.barred)

    @property
    def evaluable(self) -> NDArray[np.intp]:
        """Indices of agents with an untried task."""
        return np.flatnonzero(self.untried_count)


@dataclass(frozen=True, slots=True)
class Choice:
    """The next job, and the selection record: candidates, evidence, draw (small, JSON-able)."""

    job: Job
    why: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An agent, and its solve rate by the evidence; `interval` is the central 95 % of the posterior."""

    agent: AgentId
    estimate: float
    interval: tuple[float, float]


class Policy(Protocol):
    """Picks the next job. A fresh instance given the same view and random source chooses the same."""

    @property
    def name(self) -> str:
        """Its name in the registry."""
        ...

    def choose(self, view: View, rng: Generator) -> Choice | None:
        """The next job, or None when nothing is worth doing now."""
        ...

    def finish(self, view: View) -> Choice | None:
        """The next attempt when nobody is expanded any more, for the champion to be known well; or None."""
        ...

    def champion(self, view: View) -> Recommendation:
        """The agent to recommend; never just the luckiest mean."""
        ...

    def estimate(self, view: View, agent: int) -> Recommendation:
        """What it would say of the agent of that index, were it the one to recommend."""
        ...
