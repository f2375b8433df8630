"""Attempts at held-out tasks: champion against controls at a search's end, or a bench of the seed alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from numpy.random import PCG64, Generator, SeedSequence

from archive.events import AgentId, Purpose, TaskId, Usage
from dgm.best_of import attempts_at_equal_cost
from dgm.jobs import Evaluate, Ticket

DRAWN = "drawn at random"
"""Rule of a ticket that has the random control meet the held-out tasks."""
COMPARED, ALONE = "held out", "champion alone"
"""Rules of those that have the champion meet them: beside the seed, and without it."""

_Chosen = tuple[Evaluate, Purpose, Mapping[str, Any]]
"""A job, what it is for, and the selection record."""


@dataclass(slots=True)
class HeldOut:
    """Which attempts come next, and which were asked. `agents` are the search's, and grow with it.

    Champion and controls attempt each task once; then the seed agent has as many attempts at each as one of
    the champion's costs. With a `bench`, the seed agent has so many attempts at each and nobody else any.
    """

    agents: Sequence[AgentId]
    tasks: Sequence[TaskId]
    run_seed: int
    seed_agent: bool
    random_agent: bool
    bench: int
    champion: AgentId | None = None
    """Who was compared first; None again where the search goes on after that."""
    _asked: set[tuple[AgentId, TaskId, int]] = field(default_factory=set)
    _usage: defaultdict[AgentId, list[Usage]] = field(default_factory=lambda: defaultdict(list))

    @property
    def planned(self) -> int:
        """Attempts in all, as far as is known now."""
        if self.bench:
            attempts = self.bench
        elif self.champion is None:
            attempts = 1 + self.seed_agent + self.random_agent
        else:
            attempts = len(self._compared(self.champion)) + self._attempts(self.champion) - 1
        return attempts * len(self.tasks)

    def next_of_bench(self) -> _Chosen | None:
        """The seed again and again, all tasks before any gets its next attempt."""
        for repeat, task in product(range(self.bench), self.tasks):
            if (self.agents[0], task, repeat) not in self._asked:
                return Evaluate(self.agents[0], task, repeat), "bench", {"rule": "bench"}
        return None

    def next(self, champion: AgentId, under_way: Iterable[Ticket]) -> _Chosen | None:
        """The next attempt of the comparison; None where one under way has to end first, or none is left."""
        seed = self.agents[0]
        for agent, rule in self._compared(champion).items():
            for task in self.tasks:
                if (agent, task, 0) not in self._asked:
                    return Evaluate(agent, task), "held_out", {"rule": rule, "champion": champion}
        if any(self._prices(ticket) for ticket in under_way):
            return None
        attempts = self._attempts(champion)
        for repeat in range(1, attempts):
            for task in self.tasks:
                if (seed, task, repeat) not in self._asked:
                    why = {"rule": "equal cost", "champion": champion, "attempts": attempts}
                    return Evaluate(seed, task, repeat), "held_out", why
        return None

    def note_asked(self, ticket: Ticket, job: Evaluate) -> None:
        """An attempt was asked, here or in the run that is taken up again."""
        self._asked.add((job.agent, job.task, job.repeat))
        if ticket.purpose == "held_out":
            self.champion = self.champion or AgentId(str(ticket.why["champion"]))

    def note_used(self, job: Evaluate, usage: Usage) -> None:
        """What an attempt of the comparison used; the first ones say what an agent costs."""
        if not job.repeat:
            self._usage[job.agent].append(usage)

    def _compared(self, champion: AgentId) -> Mapping[AgentId, str]:
        """Who meets the tasks, by which rule; champion, seed and the agent drawn may be one."""
        compared = {champion: ALONE}
        if self.seed_agent:
            compared = dict.fromkeys((champion, self.agents[0]), COMPARED)
        if self.random_agent:
            compared.setdefault(random_agent(self.agents, self.run_seed), DRAWN)
        return compared

    @staticmethod
    def _prices(ticket: Ticket) -> bool:
        """Whether it says what an attempt at a held-out task costs."""
        return ticket.purpose == "held_out" and isinstance(ticket.job, Evaluate) and not ticket.job.repeat

    def _attempts(self, champion: AgentId) -> int:
        """How many attempts at a task the seed has."""
        seed = self.agents[0]
        if champion == seed or not self.seed_agent:
            return 1
        return attempts_at_equal_cost(self._usage[champion], self._usage[seed])


def random_agent(agents: Sequence[AgentId], seed: int) -> AgentId:
    """The agent of a finished search that its `seed` draws, as a control; ticket 0 draws nothing else."""
    return agents[int(Generator(PCG64(SeedSequence([seed, 0]))).integers(len(agents)))]
