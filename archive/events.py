"""The events of a journal, one frozen record a line. Names and fields are the file format, version 2."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NewType

from sandbox.tree import TreeHash

AgentId = NewType("AgentId", str)
"""A git commit, 40 hex digits."""
TaskId = NewType("TaskId", str)
Digest = NewType("Digest", str)
"""SHA-256 of a blob, 64 hex digits."""

Purpose = Literal["search", "held_out", "bench", "floor"]
Verdict = Literal["resolved", "unresolved"]
Owner = Literal["agent", "ours"]
"""Whose failure: the agent's is evidence, ours is not."""
Status = Literal["answered", "length", "refused", "empty", "rejected"]
"""What a call came to. `rejected`: it gave no reply, for the agent asked what can't be asked."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What model calls took. `micro_usd` is integer micro-dollars; `tokens_cached` are of `tokens_in`."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    micro_usd: int = 0
    tokens_cached: int = 0

    @property
    def tokens(self) -> int:
        """Tokens in and out."""
        return self.tokens_in + self.tokens_out

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.micro_usd + other.micro_usd,
            self.tokens_cached + other.tokens_cached,
        )


@dataclass(frozen=True, slots=True)
class Started:
    """The first line: what run this is."""

    run: str
    seed: int
    epoch: int
    config: Digest
    suite: str
    suite_digest: str
    versions: Mapping[str, str]
    splits: Digest | None = None
    """Blob of the suite's splits: each its tasks, those of `search` in the order that stages take them."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A controller took the run up again, perhaps with other budgets."""

    config: Digest
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A ticket was given out. `expand` and `merge` name `parents`; `evaluate` names agent, task, repeat."""

    ticket: int
    job: Literal["expand", "merge", "evaluate"]
    purpose: Purpose
    reserve: int
    """Micro-dollars set aside for the job."""
    why: Mapping[str, Any]
    parents: tuple[AgentId, ...] = ()
    agent: AgentId | None = None
    task: TaskId | None = None
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Reserved:
    """What one call may cost at most: durable before it is sent. There is none for a call that is free.

    A `Called` of the same number settles it; else the attempt's end says what is charged for it.
    """

    ticket: int
    attempt: int
    n: int
    micro_usd: int


@dataclass(frozen=True, slots=True)
class Called:
    """One model call, durable before its reply reaches the agent."""

    ticket: int
    attempt: int
    n: int
    role: str
    model: str
    request: str
    """SHA-256 of the request's canonical JSON."""
    reply: str
    """SHA-256 of the reply's canonical JSON."""
    usage: Usage
    """Paid for; a reply that a cassette served cost nothing."""
    status: Status = "answered"
    saved: int = 0
    """Micro-dollars that a served reply would have cost."""
    estimated: int = 0
    """Micro-dollars charged beside, for tries before the reply that broke and were paid for all we know."""


@dataclass(frozen=True, slots=True)
class Retried:
    """An attempt that gave no evidence; the ticket stays open.

    `estimated` micro-dollars are charged for calls that were paid for all we know, and whose reply is lost.
    """

    ticket: int
    attempt: int
    owner: Owner
    reason: str
    estimated: int = 0


@dataclass(frozen=True, slots=True)
class Born:
    """End of a ticket: a child. The root is ticket 0, without parents.

    `flags` say what in its change deserves a look.
    """

    ticket: int
    agent: AgentId
    ordinal: int
    parents: tuple[AgentId, ...]
    tree: TreeHash
    summary: Digest
    evidence: Digest | None = None
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """End of a ticket: the verdict of one attempt at one task."""

    ticket: int
    agent: AgentId
    task: TaskId
    split: str
    verdict: Verdict
    reason: str
    patch: Digest
    detail: Digest
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Rejected:
    """End of a ticket: a child that admission refused. `patch` is its change against its first parent."""

    ticket: int
    parents: tuple[AgentId, ...]
    tree: TreeHash | None
    reason: str
    summary: Digest
    patch: Digest | None = None
    evidence: Digest | None = None
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failed:
    """End of a ticket that gave no evidence after every retry; `estimated` as in `Retried`."""

    ticket: int
    owner: Owner
    reason: str
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    estimated: int = 0


@dataclass(frozen=True, slots=True)
class Stopped:
    """A controller let go of the run in good order."""

    reason: str
    champion: AgentId | None = None


@dataclass(frozen=True, slots=True)
class Vetoed:
    """A person's word: nobody of this agent's clade is expanded any more; evaluations go on."""

    agent: AgentId


@dataclass(frozen=True, slots=True)
class Paused:
    """A person's word: no more tickets until the run is resumed."""


@dataclass(frozen=True, slots=True)
class Probed:
    """A model answered the same small question again, outside of any job, to show whether it is the same."""

    model: str
    """The name it is opened by."""
    reported: str
    """Its own name for itself."""
    evaluations: int
    """Tickets that had been scored."""
    reply: str
    """SHA-256 of the reply's text, normalised."""
    usage: Usage


End = Born | Scored | Rejected | Failed
Event = Started | Resumed | Asked | Reserved | Called | Retried | End | Stopped | Vetoed | Paused | Probed
EVENTS: Mapping[str, type[Event]] = {
    kind.__name__.lower(): kind
    for kind in (
        Started,
        Resumed,
        Asked,
        Reserved,
        Called,
        Retried,
        Born,
        Scored,
        Rejected,
        Failed,
        Stopped,
        Vetoed,
        Paused,
        Probed,
    )
}
