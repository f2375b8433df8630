"""An archive that lives in memory: the twin of the one on disk, for tests and simulations."""

import hashlib
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self

from archive.base import ArchiveError, Entry
from archive.commits import Commit
from archive.events import AgentId, Born, Digest, Event
from archive.fold import Fold
from archive.lineage import Lineage
from archive.lines import FIRST, encode, entry
from sandbox.tree import Tree


class MemoryArchive:
    """Keeps the contract of `Archive` but for surviving: the same arguments give the same ids."""

    def __init__(self, epoch: int = 0) -> None:
        self._epoch = epoch
        self._fold = Fold()
        self._trees: dict[AgentId, Tree] = {}
        self._numbers: dict[int, AgentId] = {}
        self._blobs: dict[Digest, bytes] = {}
        self._lock = threading.RLock()
        self._closed = False

    def commit(
        self, ordinal: int, parents: Sequence[AgentId], tree: Tree, message: str, seconds: int
    ) -> AgentId:
        """See `Archive`."""
        with self._lock:
            agent = Commit.of(tree.hash, parents, message, self._epoch + seconds).id
            self._fold.refuse_commit(ordinal, parents, agent)
            self._trees[agent] = tree
            self._numbers[ordinal] = agent
            return agent

    def record(self, event: Event) -> Entry:
        """See `Archive`."""
        with self._lock:
            if self._closed:
                raise ArchiveError("the archive is closed")
            repeated = self._fold.repeated(event)
            if repeated is not None:
                return repeated
            self._fold.refuse(event)
            if isinstance(event, Born):
                if self._numbers.get(event.ordinal) != event.agent:
                    raise ArchiveError(f"agent {event.agent[:12]} can't be born before it is committed")
                if self._trees[event.agent].hash != event.tree:
                    raise ArchiveError(f"agent {event.agent[:12]} was committed with another tree")
            # Through the file format and back, so that an entry is what a file would have kept.
            line = encode(event, datetime.now(UTC), FIRST)
            written = entry(len(self._fold.entries) + 1, line)
            self._fold.take(written)
            return written

    def put(self, data: bytes) -> Digest:
        """See `Archive`."""
        digest = Digest(hashlib.sha256(data).hexdigest())
        self._blobs[digest] = bytes(data)
        return digest

    def blob(self, digest: Digest) -> bytes:
        """See `Archive`."""
        if digest not in self._blobs:
            raise ArchiveError(f"blob {digest[:12]}: the blob is missing")
        return self._blobs[digest]

    def tree(self, agent: AgentId) -> Tree:
        """See `Archive`."""
        self._fold.lineage.ordinal(agent)
        return self._trees[agent]

    def entries(self) -> Sequence[Entry]:
        """See `Archive`."""
        with self._lock:
            return tuple(self._fold.entries)

    @property
    def lineage(self) -> Lineage:
        """See `Archive`."""
        return self._fold.lineage

    def point_head(self, agent: AgentId) -> None:
        """See `Archive`."""
        self._fold.lineage.ordinal(agent)

    def checkpoint(self) -> None:
        """There is nothing to carry away."""

    def close(self) -> None:
        """See `Archive`."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
