"""A policy plays in a world with known truth: the same search as a run's, without agents or models."""

import heapq
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from numpy.random import PCG64, Generator, SeedSequence

from archive.events import AgentId, Born, Digest, End, Scored, TaskId, Verdict
from dgm.jobs import Evaluate, Expand, Merge, Ticket
from dgm.policy import POLICIES, Settings
from dgm.policy.base import Policy
from dgm.search import Plan, Search
from sandbox.tree import TreeHash

TRACE_EVERY = 25
_NOTHING = Digest("0" * 64)
_EXPANSION_SECONDS = 3.0
"""The median expansion, in median attempts."""


class World(Protocol):
    """Who is born of whom, and who solves what. Agent 0 exists at the start."""

    @property
    def n_tasks(self) -> int:
        """Tasks there are."""
        ...

    def birth(self, parent: int) -> int:
        """A new child of `parent`; its index."""
        ...

    def attempt(self, agent: int, task: int) -> bool:
        """Whether the agent solves the task this time."""
        ...

    def skill(self, agent: int) -> float:
        """The agent's true mean solve rate, 0..1."""
        ...


@runtime_checkable
class Timed(Protocol):
    """A world that says how long an attempt takes; elsewhere it is log-normal, sigma 1."""

    def seconds(self, agent: int, task: int) -> float:
        """How long the attempt takes."""
        ...


@runtime_checkable
class Merges(Protocol):
    """A world that says what a merge gives; elsewhere it is a child of the first parent alone."""

    def merge(self, one: int, other: int) -> int:
        """A new child of both; its index."""
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a play. `trace` holds (evaluations, true skill of the champion then) every 25 evaluations.

    `expansions[i]` were asked by `trace[i]`. `estimate` and `interval` are the policy's own for its champion.
    """

    champion: int
    champion_skill: float
    best_skill: float
    agents: int
    trace: tuple[tuple[int, float], ...]
    expansions: tuple[int, ...]
    estimate: float
    interval: tuple[float, float]


class Game:
    """One play, and what it knows while it goes on: `search`, and each agent's `index` in the world."""

    def __init__(self, world: World, policy: Policy, evaluations: int, seed: int, workers: int = 1) -> None:
        self._world, self._seed, self._workers = world, seed, workers
        tasks = [TaskId(f"t{task}") for task in range(world.n_tasks)]
        self.search = Search(policy, tasks, [], Plan(evaluations), seed)
        self.index = {_id(0): 0}
        self.search.tell(Born(0, _id(0), 0, (), TreeHash(_id(0)), _NOTHING))

    def carry_out(self) -> Result:
        """Play to the end.

        An event clock says which worker is done first; it takes a new ticket at once.
        """
        clock, running = 0.0, list[tuple[float, int, End]]()
        trace, expansions = list[tuple[int, float]](), list[int]()
        while True:
            while len(running) < self._workers and (ticket := self.search.ask()) is not None:
                end, seconds = self._carried_out(ticket)
                heapq.heappush(running, (clock + seconds, ticket.number, end))
            if not running:
                break
            clock, _, end = heapq.heappop(running)
            self.search.tell(end)
            if self.search.evaluations >= TRACE_EVERY * (len(trace) + 1):
                trace.append((self.search.evaluations, self._champion_skill()))
                expansions.append(self.search.expansions)
        told = self.search.champion()
        champion = self.index[told.agent]
        return Result(
            champion=champion,
            champion_skill=self._world.skill(champion),
            best_skill=max(self._world.skill(agent) for agent in self.index.values()),
            agents=len(self.index),
            trace=tuple(trace),
            expansions=tuple(expansions),
            estimate=told.estimate,
            interval=told.interval,
        )

    def _champion_skill(self) -> float:
        return self._world.skill(self.index[self.search.champion().agent])

    def _carried_out(self, ticket: Ticket) -> tuple[End, float]:
        """What becomes of the ticket, and after how long."""
        number, world = ticket.number, self._world
        match ticket.job:
            case Expand() | Merge() as job:
                child, places = _id(number), [self.index[parent] for parent in job.parents]
                if len(places) == 2 and isinstance(world, Merges):
                    self.index[child] = world.merge(*places)
                else:
                    self.index[child] = world.birth(places[0])
                end: End = Born(number, child, number, job.parents, TreeHash(child), _NOTHING)
                return end, _EXPANSION_SECONDS * self._lognormal(number)
            case Evaluate(agent, task):
                who, what = self.index[agent], int(task[1:])
                verdict: Verdict = "resolved" if world.attempt(who, what) else "unresolved"
                end = Scored(number, agent, task, "search", verdict, "", _NOTHING, _NOTHING)
                if isinstance(world, Timed):
                    return end, world.seconds(who, what)
                return end, self._lognormal(number)

    def _lognormal(self, ticket: int) -> float:
        return float(Generator(PCG64(SeedSequence([self._seed, ticket, 1]))).lognormal())


def play(world: World, policy: str | Policy, evaluations: int, seed: int, workers: int = 1) -> Result:
    """Let `policy`, or the one of that name with its default settings, search `world` with a budget.

    The budget counts evaluations of agents other than the seed; the seed first attempts every task.
    """
    chosen = POLICIES[policy](Settings()) if isinstance(policy, str) else policy
    return Game(world, chosen, evaluations, seed, workers).carry_out()


def _id(number: int) -> AgentId:
    return AgentId(f"{number:040x}")
