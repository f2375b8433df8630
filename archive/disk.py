"""The archive in a run's folder: `agents.git`, journal, blobs and lock."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from archive.base import ArchiveError, Entry
from archive.blobs import Blobs
from archive.commits import Commit
from archive.durable import TEMPORARY, sync_folder
from archive.events import AgentId, Asked, Born, Digest, Event, Scored, Started
from archive.fold import Fold
from archive.git_store import AGENTS, CHAMPION, GitStore, fetch_from_mirror
from archive.journal import TAIL, Journal, refuse_no_run, replay, segments
from archive.lineage import Lineage
from archive.lock import LOCK, RunLock
from sandbox.tree import Tree, TreeHash

GIT, BLOBS = "agents.git", "blobs"
JOURNAL_REF, NOTES_REF = "refs/dgm/journal", "refs/notes/dgm"


class DiskArchive:
    """Keeps the contract of `Archive`. Made by `create`, `open` or `read`.

    `crossing` hears the name of each boundary of durability as it is passed, such as `scored:before-fsync`,
    so that a test can stop the world there.
    """

    def __init__(
        self,
        folder: Path,
        store: GitStore,
        blobs: Blobs,
        fold: Fold,
        journal: Journal | None,
        lock: RunLock | None,
    ) -> None:
        self.folder = folder
        self._store = store
        self._blobs = blobs
        self._fold = fold
        self._journal = journal
        self._lock = lock
        self._writing = threading.Lock()
        self._committing = threading.Lock()
        self._references: dict[str, AgentId] = {}
        self._committed: dict[AgentId, TreeHash] = {}

    @classmethod
    def create(
        cls, folder: Path, epoch: int, *, crossing: Callable[[str], None] = lambda _: None
    ) -> "DiskArchive":
        """Start a run in a new or empty folder; `epoch` is in seconds since 1970.

        Raises:
            ArchiveError: something is there already, or the folder can't be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _refuse_occupied(folder, allowed=set())
            lock = RunLock(folder / LOCK)
            try:
                _refuse_occupied(folder, allowed={LOCK})
                (folder / BLOBS).mkdir()
                store = GitStore.create(folder / GIT, epoch, crossing)
                journal = Journal.begin(folder, crossing)
                sync_folder(folder.parent)
            except BaseException:
                lock.close()
                raise
        except OSError as error:
            raise ArchiveError(f"{folder}: a run can't be started here: {error.strerror}") from None
        return cls(folder, store, Blobs(folder / BLOBS, crossing), journal.fold, journal, lock)

    @classmethod
    def open(cls, folder: Path, *, crossing: Callable[[str], None] = lambda _: None) -> "DiskArchive":
        """Take a run up again: lock it, and mend what a crash left, the journal being the truth.

        Raises:
            ArchiveError: no run, in use, not writable, or damaged beyond what a crash can do.
        """
        refuse_no_run(folder)
        lock = RunLock(folder / LOCK)
        try:
            journal = Journal(folder, crossing)
            archive = cls(
                folder,
                GitStore(folder / GIT, crossing),
                Blobs(folder / BLOBS, crossing),
                journal.fold,
                journal,
                lock,
            )
            archive._mend()
        except OSError as error:
            lock.close()
            raise ArchiveError(f"{folder}: the run can't be mended: {error.strerror}") from None
        except BaseException:
            lock.close()
            raise
        return archive

    @classmethod
    def read(cls, folder: Path) -> "DiskArchive":
        """Look at a run as it is now, without its lock, changing nothing; a writer may be at work.

        Raises:
            ArchiveError: no run here, or its journal is damaged.
        """
        fold = replay(segments(folder))
        return cls(folder, GitStore(folder / GIT), Blobs(folder / BLOBS), fold, None, None)

    def commit(
        self, ordinal: int, parents: Sequence[AgentId], tree: Tree, message: str, seconds: int
    ) -> AgentId:
        """See `Archive`."""
        self._writable()
        with self._committing:
            commit = Commit.of(tree.hash, parents, message, self._store.epoch + seconds)
            self._fold.refuse_commit(ordinal, parents, commit.id)
            reference = f"{AGENTS}{ordinal}"
            if self._references.get(reference) != commit.id:
                self._store.write(commit, tree)
                self._move(reference, commit.id)
            self._committed[commit.id] = tree.hash
            return commit.id

    def record(self, event: Event) -> Entry:
        """See `Archive`."""
        journal = self._writable()
        if isinstance(event, Born):
            self._refuse_uncommitted(event)
        if isinstance(event, Started) and event.epoch != self._store.epoch:
            raise ArchiveError(f"the run's epoch is {self._store.epoch}, not {event.epoch}")
        with self._writing:
            repeated = self._fold.repeated(event)
            entry = journal.append(event) if repeated is None else repeated
        if isinstance(event, Born) and not event.parents:
            self.point_head(event.agent)
        return entry

    def put(self, data: bytes) -> Digest:
        """See `Archive`."""
        self._writable()
        return self._blobs.put(data)

    def blob(self, digest: Digest) -> bytes:
        """See `Archive`."""
        return self._blobs.get(digest)

    def tree(self, agent: AgentId) -> Tree:
        """See `Archive`."""
        self._fold.lineage.ordinal(agent)
        return self._store.tree(agent)

    def entries(self) -> Sequence[Entry]:
        """See `Archive`."""
        with self._writing:
            return tuple(self._fold.entries)

    @property
    def lineage(self) -> Lineage:
        """See `Archive`."""
        return self._fold.lineage

    def point_head(self, agent: AgentId) -> None:
        """See `Archive`."""
        self._writable()
        self._fold.lineage.ordinal(agent)
        with self._committing:
            self._move(CHAMPION, agent)

    def checkpoint(self) -> None:
        """See `Archive`."""
        self._writable()
        with self._writing:
            parts = segments(self.folder)
            entries = tuple(self._fold.entries)
        journal = Tree({part.path.name: b"".join(line + b"\n" for line in part.lines) for part in parts})
        with self._committing:
            self._snapshot(JOURNAL_REF, journal, f"journal, {len(entries)} lines", len(entries))
            self._snapshot(NOTES_REF, Tree(_scores(entries)), "scores", len(entries))

    def close(self) -> None:
        """See `Archive`."""
        with self._committing, self._writing:
            if self._journal is not None:
                self._journal.close()
            if self._lock is not None:
                self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _writable(self) -> Journal:
        if self._journal is None:
            raise ArchiveError(f"{self.folder}: opened for reading only")
        return self._journal

    def _refuse_uncommitted(self, event: Born) -> None:
        with self._committing:
            known = self._references.get(f"{AGENTS}{event.ordinal}")
            tree = self._committed.get(event.agent)
        if known != event.agent or tree is None:
            raise ArchiveError(f"agent {event.agent[:12]} can't be born before it is committed")
        if tree != event.tree:
            raise ArchiveError(f"agent {event.agent[:12]} was committed with another tree")

    def _move(self, reference: str, new: AgentId) -> None:
        old = self._references.get(reference)
        if old != new:
            self._store.point(reference, new, old)
            self._references[reference] = new

    def _snapshot(self, reference: str, tree: Tree, message: str, seconds: int) -> None:
        # Without a parent: git keeps the latest, and gc may drop the ones before.
        commit = Commit.of(tree.hash, (), message, self._store.epoch + seconds)
        if self._references.get(reference) != commit.id:
            self._store.write(commit, tree)
            self._move(reference, commit.id)

    def _mend(self) -> None:
        self._blobs.clear_left_behind()
        for path in self.folder.glob(f"{TEMPORARY}*"):
            path.unlink(missing_ok=True)
        self._store.clear_left_behind()
        lineage = self._fold.lineage
        lost = self._store.missing(lineage.agents)
        if lost:
            raise ArchiveError(
                f"{self.folder}: agent {lineage.ordinal(lost[0])} ({lost[0][:12]}) is missing from {GIT}; "
                f"{fetch_from_mirror(self.folder / GIT)} or restore a backup"
            )
        self._references = self._store.references()
        wanted = {f"{AGENTS}{lineage.ordinal(agent)}": agent for agent in lineage.agents}
        unborn = {f"{AGENTS}{ordinal}" for ordinal in self._fold.rebuilding()}
        strays = {name for name in self._references if name.startswith(AGENTS)} - wanted.keys() - unborn
        for stray in strays:
            self._store.remove(stray)
            del self._references[stray]
        for reference, agent in wanted.items():
            self._move(reference, agent)
        if lineage.roots and self._references.get(CHAMPION) not in lineage:
            self._move(CHAMPION, lineage.roots[0])


def _refuse_occupied(folder: Path, allowed: set[str]) -> None:
    if {path.name for path in folder.iterdir()} - allowed:
        advice = "`dgm resume` carries it on" if (folder / TAIL).exists() else "it is not empty"
        raise ArchiveError(f"{folder}: already exists ({advice}); choose another folder for a new run")


def _scores(entries: Sequence[Entry]) -> Mapping[str, bytes]:
    """A note for each agent with a verdict, first attempts alone: `score 5/12 search, 3/12 held_out`."""
    repeats = {
        entry.event.ticket for entry in entries if isinstance(entry.event, Asked) and entry.event.repeat
    }
    asked: defaultdict[AgentId, Counter[str]] = defaultdict(Counter)
    solved: defaultdict[AgentId, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        if isinstance(entry.event, Scored) and entry.event.ticket not in repeats:
            asked[entry.event.agent][entry.event.split] += 1
            solved[entry.event.agent][entry.event.split] += entry.event.verdict == "resolved"
    notes: dict[str, bytes] = {}
    for agent, splits in asked.items():
        rates = ", ".join(f"{solved[agent][split]}/{count} {split}" for split, count in splits.items())
        notes[agent] = f"score {rates}\n".encode()
    return notes
