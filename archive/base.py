"""The interface of an archive, kept by the one on disk and its twin in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, Self

from archive.events import AgentId, Digest, Event
from sandbox.tree import Tree

if TYPE_CHECKING:
    from archive.lineage import Lineage


class ArchiveError(Exception):
    """The archive is not what it should be. The message is one line: what is wrong, where, and the mend."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A journalled event with its place: `line` counts from 1, `at` is UTC."""

    line: int
    at: datetime
    event: Event


class Archive(Protocol):
    """Agents, events and blobs. Thread-safe. What a method has returned survives a power cut."""

    def commit(
        self, ordinal: int, parents: Sequence[AgentId], tree: Tree, message: str, seconds: int
    ) -> AgentId:
        """Store an agent and point `refs/agents/<ordinal>` at it; the same arguments give the same id.

        `seconds` is added to the run's epoch for the commit's date; a run gives the ticket's number. An
        ordinal committed before and never born is overwritten.

        Raises:
            ArchiveError: a parent is unknown, or the ordinal belongs to another born agent.
        """
        ...

    def record(self, event: Event) -> Entry:
        """Append `event` to the journal.

        A second end of one ticket that says the same is reported back without being written again.

        Raises:
            ArchiveError: the journal could not be written, or the ticket already ended differently.
        """
        ...

    def put(self, data: bytes) -> Digest:
        """Keep a blob and return its digest."""
        ...

    def blob(self, digest: Digest) -> bytes:
        """The blob of that digest.

        Raises:
            ArchiveError: it is missing or its content does not match.
        """
        ...

    def tree(self, agent: AgentId) -> Tree:
        """The source of `agent`.

        Raises:
            ArchiveError: the agent is unknown, or an object of it is missing.
        """
        ...

    def entries(self) -> Sequence[Entry]:
        """Every event so far, in order."""
        ...

    @property
    def lineage(self) -> "Lineage":
        """Who descends from whom, as the `born` events tell it."""
        ...

    def point_head(self, agent: AgentId) -> None:
        """Make a plain clone check out `agent`."""
        ...

    def checkpoint(self) -> None:
        """Put journal and scores into git, so that a mirror clone carries everything."""
        ...

    def close(self) -> None:
        """Let go of the run."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...
