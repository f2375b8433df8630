"""Jobs and tickets: what the search may ask for, and the number under which it was asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from archive.events import AgentId, Asked, Purpose, TaskId


@dataclass(frozen=True, slots=True)
class Expand:
    """Let `parent` rewrite its own source, giving a child."""

    parent: AgentId

    @property
    def parents(self) -> tuple[AgentId, ...]:
        """The parents that a child of this job has."""
        return (self.parent,)


@dataclass(frozen=True, slots=True)
class Merge:
    """Make a child of what each of two `parents` has become; the better one comes first."""

    parents: tuple[AgentId, AgentId]


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Let `agent` attempt `task`; `repeat` counts attempts of the same pair from 0."""

    agent: AgentId
    task: TaskId
    repeat: int = 0


Job = Expand | Merge | Evaluate


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job that was asked; it ends exactly once."""

    number: int
    job: Job
    purpose: Purpose
    why: Mapping[str, Any]

    def asked(self, reserve: int) -> Asked:
        """The journal's record of this ticket, with `reserve` micro-dollars set aside."""
        match self.job:
            case Expand(parent):
                return Asked(self.number, "expand", self.purpose, reserve, self.why, parents=(parent,))
            case Merge(parents):
                return Asked(self.number, "merge", self.purpose, reserve, self.why, parents=parents)
            case Evaluate(agent, task, repeat):
                return Asked(
                    self.number,
                    "evaluate",
                    self.purpose,
                    reserve,
                    self.why,
                    agent=agent,
                    task=task,
                    repeat=repeat,
                )
            case never:
                assert_never(never)

    @classmethod
    def from_asked(cls, asked: Asked) -> "Ticket":
        """The ticket that `asked` recorded.

        Raises:
            ValueError: the record names a job this version can't carry out.
        """
        job: Job
        if asked.job == "expand" and len(asked.parents) == 1:
            job = Expand(asked.parents[0])
        elif asked.job == "merge" and len(asked.parents) == 2:
            job = Merge((asked.parents[0], asked.parents[1]))
        elif asked.job == "evaluate" and asked.agent is not None and asked.task is not None:
            job = Evaluate(asked.agent, asked.task, asked.repeat)
        else:
            raise ValueError(f"ticket {asked.ticket}: no such job here: {asked.job}")
        return cls(asked.ticket, job, asked.purpose, asked.why)
