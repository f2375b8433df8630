"""Ask and tell: the one owner of a run's progress. `ask` gives a ticket, `tell` takes it back, once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, TypeVar

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray

from archive.events import (
    AgentId,
    Asked,
    Born,
    End,
    Event,
    Failed,
    Purpose,
    Rejected,
    Scored,
    TaskId,
    Vetoed,
)
from dgm.clades import Clades
from dgm.held_out import HeldOut
from dgm.jobs import Evaluate, Expand, Job, Merge, Ticket
from dgm.outlook import Outlook
from dgm.policy.base import Choice, Outcomes, Policy, Recommendation, View

REJECTIONS_BAR_PARENT = 5
REJECTIONS_STOP_RUN = 20

_Item = TypeVar("_Item", bound=np.generic)
_CHILDREN, _PENDING, _UNTRIED, _SET_ASIDE, _REJECTIONS, _VETOED, _EXPANDING, _ROUND = range(8)
"""Rows of the per-agent counts."""
_Chosen = tuple[Job, Purpose, Mapping[str, Any]]


class SearchError(Exception):
    """A ticket told twice, never asked, or told about another job."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What bounds a search. Budgets count search evaluations, without the seed's first round."""

    evaluations: int
    expansions: int | None = None
    rounds: int = 1
    """Attempts an agent may have at each search task; one round was asked entirely before the next begins."""
    finish_share: float = 0.15
    seed_agent: bool = True
    """Whether the seed meets the held-out tasks, to be compared with the champion."""
    random_agent: bool = False
    least_gain: float | None = None
    least_gain_after: int = 0
    latest_only: bool = False
    """Nobody but the agent admitted last is expanded."""
    bench: int = 0
    """If there are any: attempts of the seed at each held-out task, and nothing else."""

    @property
    def free_evaluations(self) -> int:
        """Evaluations until whose end there are expansions; the rest tells more of who is there."""
        return self.evaluations - int(self.evaluations * self.finish_share)


class Search:
    """The state of a search; not thread-safe, its owner calls it from one thread.

    The seed first attempts every search task once. Then the policy decides, until its share of evaluations
    is used; with the rest it comes to know who is there. Last, champion and seed meet the held-out tasks, and
    the seed has as many attempts at each as one of the champion's costs; or the champion meets them alone.
    `staged` are the search tasks in the order that stages take them.
    """

    def __init__(
        self,
        policy: Policy,
        tasks: Sequence[TaskId],
        held_out: Sequence[TaskId],
        plan: Plan,
        seed: int,
        staged: Sequence[TaskId] | None = None,
    ) -> None:
        self.policy, self.plan, self._seed = policy, plan, seed
        self._tasks = list(tasks)
        self._task_index = {task: index for index, task in enumerate(self._tasks)}
        self._staged = np.array([self._task_index[task] for task in staged or _mixed(tasks)], dtype=np.intp)
        self._agents: list[AgentId] = []
        self._index: dict[AgentId, int] = {}
        self._clades = Clades()
        self._untried = np.zeros((16, len(self._tasks)), dtype=np.bool_)
        self._counts = np.zeros((8, 16), dtype=np.int64)
        self._outcomes = np.zeros((3, 64), dtype=np.int32)
        self._outcome_count = 0
        self._open: dict[int, Ticket] = {}
        self._ended: set[int] = set()
        self._held_out = HeldOut(
            self._agents, list(held_out), seed, plan.seed_agent, plan.random_agent, plan.bench
        )
        self._next = 1
        self._evaluations_asked = 0
        self._evaluations = 0
        self._expansions = 0
        self._rejections_running = 0
        self._merged: frozenset[frozenset[int]] = frozenset()
        self._outlook = Outlook(plan.free_evaluations, plan.least_gain, plan.least_gain_after)
        self._hopeless = False

    @property
    def open_tickets(self) -> Sequence[Ticket]:
        """Tickets asked and not ended, in order."""
        return [self._open[number] for number in sorted(self._open)]

    @property
    def agents(self) -> Sequence[AgentId]:
        """Every agent born, in order of birth."""
        return self._agents

    @property
    def evaluations(self) -> int:
        """Settled search evaluations, without the seed's first round."""
        return self._evaluations

    @property
    def expansions(self) -> int:
        """Expand and Merge tickets asked, whatever became of them."""
        return self._expansions

    @property
    def planned_evaluations(self) -> int:
        """Every evaluation of the plan: seed pass, search, and the held-out attempts known so far."""
        searched = 0 if self.plan.bench else len(self._tasks) + self.plan.evaluations
        return searched + self._held_out.planned

    @property
    def stalled(self) -> bool:
        """So many rejections came in a row that expanding on is a waste."""
        return self._rejections_running >= REJECTIONS_STOP_RUN

    @property
    def hopeless(self) -> bool:
        """The rest of the evaluations promised less than the plan asks for; only the comparison is left."""
        return self._hopeless

    def ask(self) -> Ticket | None:
        """The next ticket; None while nothing is worth doing before an open ticket ends, or ever again."""
        number = self._next
        rng = Generator(PCG64(SeedSequence([self._seed, number])))
        choice = self._held_out.next_of_bench() if self.plan.bench else self._searched(rng)
        if choice is None:
            return None
        job, purpose, why = choice
        if purpose == "search" and isinstance(job, Evaluate):
            job = replace(job, repeat=int(self._counts[_ROUND, self._index[job.agent]]))
        ticket = Ticket(number, job, purpose, why)
        self._note_asked(ticket)
        return ticket

    def tell(self, end: End) -> None:
        """Take a ticket back with what became of it.

        Raises:
            SearchError: the ticket is not open, or the end is about something else.
        """
        if isinstance(end, Born) and end.ticket == 0:
            self._add(end.agent, ())
            return
        ticket = self._open.get(end.ticket)
        if ticket is None:
            told = "already ended" if end.ticket in self._ended else "was never asked"
            raise SearchError(f"ticket {end.ticket} {told}")
        self._settle(ticket, end)
        del self._open[end.ticket]
        self._ended.add(end.ticket)

    def replay(self, events: Iterable[Event]) -> None:
        """Take in a journal's events; open tickets stay open."""
        for event in events:
            if isinstance(event, Asked):
                self._note_asked(Ticket.from_asked(event))
            elif isinstance(event, Born | Scored | Rejected | Failed):
                self.tell(event)
            elif isinstance(event, Vetoed):
                self.veto(event.agent)

    def veto(self, agent: AgentId) -> None:
        """Expand nobody of `agent`'s clade any more, nor who will be born into it."""
        self._counts[_VETOED, self._index[agent]] = 1
        # Parents come before their children.
        for index, parents in enumerate(self._clades.parents):
            self._counts[_VETOED, index] |= self._counts[_VETOED, list(parents)].any()

    def view(self) -> View:
        """What the policy sees now; cheap, and valid until the next `ask` or `tell`."""
        size = len(self._agents)
        left, rounds_left = self.plan.expansions, self.plan.rounds - 1 - self._counts[_ROUND, :size]
        return View(
            agents=self._agents,
            tasks=self._tasks,
            staged=_frozen(self._staged),
            parents=self._clades.parents,
            own=self._clades.own,
            clade=self._clades.clade,
            outcomes=Outcomes(*(_frozen(row[: self._outcome_count]) for row in self._outcomes)),
            children=_frozen(self._counts[_CHILDREN, :size]),
            expanding=_frozen(self._counts[_EXPANDING, :size]),
            pending=_frozen(self._counts[_PENDING, :size]),
            untried=_frozen(self._untried[:size]),
            untried_count=_frozen(self._counts[_UNTRIED, :size]),
            attempts_left=_frozen(self._counts[_UNTRIED, :size] + rounds_left * len(self._tasks)),
            set_aside=_frozen(self._counts[_SET_ASIDE, :size]),
            merged=self._merged,
            barred=_frozen(
                (self._counts[_REJECTIONS, :size] >= REJECTIONS_BAR_PARENT)
                | (self._counts[_VETOED, :size] > 0)
                | self.stalled
                | (self.plan.latest_only & (np.arange(size) < size - 1))
            ),
            evaluations=self._evaluations,
            expansions=self._expansions,
            evaluations_left=self.plan.free_evaluations - self._evaluations_asked,
            expansions_left=None if left is None else left - self._expansions,
            under_way=self._under_way(),
        )

    def champion(self) -> Recommendation:
        """The agent to recommend on the evidence so far."""
        return self.policy.champion(self.view())

    def _searched(self, rng: Generator) -> _Chosen | None:
        return self._seed_pass() or self._policys_choice(rng) or self._finish() or self._comparison()

    def _seed_pass(self) -> _Chosen | None:
        if not self._agents:
            raise SearchError("no seed agent was born")
        untried = np.flatnonzero(self._untried[0])
        if self._counts[_ROUND, 0] or not len(untried):
            return None
        return Evaluate(self._agents[0], self._tasks[int(untried[0])]), "search", {"rule": "seed pass"}

    def _policys_choice(self, rng: Generator) -> _Chosen | None:
        view = self.view()
        if view.evaluations_left <= 0 or self._hopeless:
            return None
        return _of_search(self.policy.choose(view, rng))

    def _finish(self) -> _Chosen | None:
        """What the policy would still know of who is there, when it has expanded for the last time."""
        if self._hopeless or self._evaluations_asked >= self.plan.evaluations or self._policy_may_go_on():
            return None
        return _of_search(self.policy.finish(self.view()))

    def _comparison(self) -> _Chosen | None:
        """The champion is settled when the search is over."""
        if self._held_out.champion is None and self._open:
            return None
        champion = self._held_out.champion or self.champion().agent
        return self._held_out.next(champion, self._open.values())

    def _policy_may_go_on(self) -> bool:
        """Open search tickets may still give the policy something to do."""
        return self._evaluations_asked < self.plan.free_evaluations and self._under_way() > 0

    def _under_way(self) -> int:
        """Tickets of the search itself that have not ended."""
        return sum(ticket.purpose == "search" for ticket in self._open.values())

    def _note_asked(self, ticket: Ticket) -> None:
        if ticket.number != self._next:
            raise SearchError(f"ticket {ticket.number} asked where {self._next} comes next")
        self._next += 1
        self._open[ticket.number] = ticket
        if ticket.purpose == "search":
            self._held_out.champion = None  # A search that goes on may find another one.
        match ticket.job:
            case Expand() | Merge() as job:
                self._expansions += 1
                parents = [self._index[parent] for parent in job.parents]
                self._counts[_EXPANDING, parents] += 1
                if isinstance(job, Merge):
                    self._merged |= {frozenset(parents)}
            case Evaluate() as job if ticket.purpose in {"held_out", "bench"}:
                self._held_out.note_asked(ticket, job)
            case Evaluate(agent, task, repeat):
                index = self._index[agent]
                column = self._task_index[task]
                self._counts[_PENDING, index] += 1
                self._counts[_UNTRIED, index] -= int(self._untried[index, column])
                self._untried[index, column] = False
                self._evaluations_asked += bool(index or repeat)
                if not self._counts[_UNTRIED, index] and repeat + 1 < self.plan.rounds:
                    self._begin_round(index, repeat + 1)

    def _settle(self, ticket: Ticket, end: End) -> None:
        match ticket.job, end:
            case Expand() | Merge() as job, Born() | Rejected() | Failed():
                self._settle_birth(job, end)
            case Evaluate(agent, task, repeat), Scored():
                if (end.agent, end.task) != (agent, task):
                    raise SearchError(f"ticket {end.ticket}: scored another pair than was asked")
                if ticket.purpose == "search":
                    self._count(self._index[agent], self._task_index[task], repeat, end)
                elif ticket.purpose == "bench":
                    self._clades.count(self._index[agent], resolved=end.verdict == "resolved")
                else:
                    self._held_out.note_used(ticket.job, end.usage)
            case Evaluate(agent), Failed():
                if ticket.purpose == "search":
                    self._counts[_PENDING, self._index[agent]] -= 1
                    self._counts[_SET_ASIDE, self._index[agent]] += 1
            case _:
                raise SearchError(f"ticket {end.ticket}: {type(end).__name__} is no end of {ticket.job}")

    def _settle_birth(self, job: Expand | Merge, end: Born | Rejected | Failed) -> None:
        parents = [self._index[parent] for parent in job.parents]
        # That a merge fails says little of how well either parent rewrites itself, so it bars neither.
        rewriters = parents if isinstance(job, Expand) else []
        if isinstance(end, Born) and end.parents != job.parents:
            raise SearchError(f"ticket {end.ticket}: born from other parents than were asked")
        self._counts[_EXPANDING, parents] -= 1
        if isinstance(end, Born):
            self._counts[_REJECTIONS, rewriters] = 0
            self._rejections_running = 0
            self._add(end.agent, end.parents)
        elif isinstance(end, Rejected) or end.owner == "agent":
            self._counts[_REJECTIONS, rewriters] += 1
            self._rejections_running += 1

    def _count(self, agent: int, task: int, repeat: int, end: Scored) -> None:
        resolved, of_budget = end.verdict == "resolved", bool(agent or repeat)
        self._counts[_PENDING, agent] -= 1
        if self._outcome_count == self._outcomes.shape[1]:
            self._outcomes = np.concatenate([self._outcomes, np.zeros_like(self._outcomes)], axis=1)
        self._outcomes[:, self._outcome_count] = agent, task, resolved
        self._outcome_count += 1
        self._clades.count(agent, resolved=resolved)
        self._evaluations += of_budget
        # New evidence in its clade gives a barred parent another chance.
        ancestry = self._clades.ancestry(agent)
        rejections = self._counts[_REJECTIONS, ancestry]
        self._counts[_REJECTIONS, ancestry] = np.where(rejections >= REJECTIONS_BAR_PARENT, 0, rejections)
        if of_budget and self._outlook.due(self._evaluations):
            view = self.view()
            champion = self._index[self.policy.champion(view).agent]
            gone = self._outlook.hopeless(champion, lambda who: self.policy.estimate(view, who).estimate)
            self._hopeless = self._hopeless or gone

    def _add(self, agent: AgentId, parents: Sequence[AgentId]) -> None:
        index = self._clades.add([self._index[parent] for parent in parents])
        if index == self._untried.shape[0]:
            self._untried = np.concatenate([self._untried, np.zeros_like(self._untried)])
            self._counts = np.concatenate([self._counts, np.zeros_like(self._counts)], axis=1)
        self._agents.append(agent)
        self._index[agent] = index
        self._begin_round(index, 0)
        for parent in parents:
            self._counts[_CHILDREN, self._index[parent]] += 1
            self._counts[_VETOED, index] |= self._counts[_VETOED, self._index[parent]]

    def _begin_round(self, agent: int, number: int) -> None:
        """From now on every task is untried."""
        self._counts[_ROUND, agent] = number
        self._counts[_UNTRIED, agent] = len(self._tasks)
        self._untried[agent] = True


def _of_search(choice: Choice | None) -> _Chosen | None:
    return None if choice is None else (choice.job, "search", choice.why)


def _mixed(tasks: Sequence[TaskId]) -> Sequence[TaskId]:
    """By the digests of their names, as a suite's own order goes repository by repository."""
    return sorted(tasks, key=lambda task: sha256(task.encode()).digest())


def _frozen(array: NDArray[_Item]) -> NDArray[_Item]:
    view = array.view()
    view.flags.writeable = False
    return view
