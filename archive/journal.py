"""The journal: an append-only chain of lines, in closed segments and a tail."""

import gc
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.base import ArchiveError, Entry
from archive.durable import sync_folder, write_file
from archive.events import Event
from archive.fold import Fold
from archive.lines import FIRST, decode, encode, entry, link
from archive.lock import LOCK

TAIL = "journal.jsonl"
SEGMENT_BYTES = 4 * 1024 * 1024
_CLOSED = re.compile(r"journal-(\d{6})\.jsonl")
_LOOKS = 10


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of a journal as read; `unfinished` is what follows the last newline."""

    path: Path
    lines: tuple[bytes, ...]
    unfinished: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that can't stand. `line` counts from 1 over the whole journal, `place` within the file."""

    path: Path
    line: int
    place: int
    reason: str

    def __str__(self) -> str:
        where = f"{self.path} line {self.place}"
        return where if self.line == self.place else f"{where} (line {self.line} of the journal)"


def segments(folder: Path) -> tuple[Segment, ...]:
    """The files of the journal in `folder`, oldest first; sees whole lines while a writer runs.

    Raises:
        ArchiveError: there is none, or it can't be read.
    """
    for _ in range(_LOOKS):
        closed = _closed(folder)
        try:
            read = tuple(_segment(path) for path in (*closed, folder / TAIL))
        except FileNotFoundError:
            if closed and _closed(folder) == closed:
                # A crash between closing a segment and beginning the next tail.
                return tuple(_segment(path) for path in closed)
            refuse_no_run(folder)
            continue
        except OSError as error:
            raise ArchiveError(f"{folder}: the journal can't be read: {error.strerror}") from None
        if _closed(folder) == closed:
            return read
    raise ArchiveError(f"{folder}: the journal changes faster than it can be read; try again")


def refuse_no_run(folder: Path) -> None:
    """Raise `ArchiveError` if there is no journal in `folder`."""
    if not (folder / TAIL).exists() and not _closed(folder):
        if (folder / LOCK).exists():
            mend = "mend: another folder, or remove this one"
            raise ArchiveError(f"{folder}: a run was begun here, but has no journal; {mend}")
        raise ArchiveError(f"{folder}: no run here ({TAIL} is missing); `dgm run` starts one")


def replay(parts: tuple[Segment, ...]) -> Fold:
    """What a journal adds up to.

    Raises:
        ArchiveError: names the first line that can't stand, and the mend.
    """
    fold = Fold()
    with _collector_paused():
        fault = next(walk(parts, fold), None)
    if fault is not None:
        run = fault.path.parent
        raise ArchiveError(f"{fault}: {fault.reason}; `dgm check --repair {run}` keeps what comes before")
    return fold


def walk(parts: tuple[Segment, ...], fold: Fold) -> Iterator[Fault]:
    """Take every good line into `fold` and yield each bad one, carrying on after it."""
    prev, number = FIRST, 0
    for part in parts:
        for place, line in enumerate(part.lines, start=1):
            number += 1
            try:
                at, said, event = decode(line)
                if said != prev:
                    yield Fault(
                        part.path, number, place, f"`prev` is {said}, but the line before gives {prev}"
                    )
                fold.take(Entry(number, at, event))
            except ArchiveError as error:
                yield Fault(part.path, number, place, str(error))
            prev = link(line)
        if part.unfinished and part is not parts[-1]:
            yield Fault(part.path, number + 1, len(part.lines) + 1, "a closed segment ends within a line")


class Journal:
    """The writing end, for the holder of the run's lock. Not thread-safe."""

    def __init__(
        self,
        folder: Path,
        crossing: Callable[[str], None],
        *,
        segment_bytes: int = SEGMENT_BYTES,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Open the journal for appending, moving a torn last line out of the way.

        Raises:
            ArchiveError: a line before the last can't stand, or the files can't be written.
        """
        self._folder = folder
        self._crossing = crossing
        self._limit = segment_bytes
        self._clock = clock
        self._broken: str | None = None
        self._file = -1
        try:
            parts = segments(folder)
            self.fold = replay(parts)
            last = next((part.lines[-1] for part in reversed(parts) if part.lines), None)
            self._prev = FIRST if last is None else link(last)
            self._number = sum(len(part.lines) for part in parts)
            self._file = os.open(folder / TAIL, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
            tail = parts[-1] if parts[-1].path.name == TAIL else Segment(folder / TAIL, (), b"")
            self._good = sum(len(line) + 1 for line in tail.lines)
            if tail.unfinished:
                self._cut(tail.unfinished, sum(part.path.stat().st_size for part in parts[:-1]) + self._good)
            # What a killed controller wrote but never synced is believed from here on.
            os.fsync(self._file)
            sync_folder(folder)
        except OSError as error:
            self.close()
            raise ArchiveError(f"{folder}: the journal can't be written: {error.strerror}") from None
        except ArchiveError:
            self.close()
            raise

    @classmethod
    def begin(cls, folder: Path, crossing: Callable[[str], None]) -> "Journal":
        """Start an empty journal in a folder that has none."""
        write_file(folder / TAIL, b"")
        return cls(folder, crossing)

    def append(self, event: Event) -> Entry:
        """Write one event and take it into the fold; it is durable on return.

        Raises:
            ArchiveError: the event may not come here (nothing happened), or the disk refused it: then the
                journal takes no more lines.
        """
        if self._broken is not None:
            raise ArchiveError(f"{self._folder}: the journal takes no more lines: {self._broken}")
        self.fold.refuse(event)
        line = encode(event, self._clock(), self._prev)
        kind = type(event).__name__.lower()
        if self._good and self._good + len(line) > self._limit:
            self._rotate()
        self._crossing(f"{kind}:before-write")
        self._write(line)
        self._crossing(f"{kind}:before-fsync")
        try:
            os.fsync(self._file)
        except OSError as error:
            # The kernel may have dropped the pages: a second fsync would claim a success that never was.
            raise self._stop(f"fsync failed: {error.strerror}") from None
        self._good += len(line)
        self._number += 1
        self._prev = link(line[:-1])
        written = entry(self._number, line)
        self.fold.take(written)
        self._crossing(f"{kind}:after-fsync")
        return written

    def close(self) -> None:
        """Close the tail; every line is durable already."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            self._broken = self._broken or "it is closed"

    def _write(self, line: bytes) -> None:
        try:
            written = os.write(self._file, line)
            reason = f"{written} of {len(line)} bytes written, the disk is full"
        except OSError as error:
            written, reason = -1, error.strerror or str(error)
        if written == len(line):
            return
        try:
            os.ftruncate(self._file, self._good)
            os.fsync(self._file)
        except OSError as error:
            reason += f", and the torn line could not be cut: {error.strerror}"
        raise self._stop(f"{reason}; free some space, then `dgm resume`")

    def _stop(self, reason: str) -> ArchiveError:
        self._broken = reason
        return ArchiveError(f"{self._folder}: the journal stopped at line {self._number}: {reason}")

    def _rotate(self) -> None:
        closed = _closed(self._folder)
        number = int(closed[-1].name[8:14]) + 1 if closed else 1
        try:
            self._crossing("segment:before-rename")
            (self._folder / TAIL).rename(self._folder / f"journal-{number:06}.jsonl")
            self._crossing("segment:after-rename")
            tail = os.open(
                self._folder / TAIL, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644
            )
            os.close(self._file)
            self._file, self._good = tail, 0
            sync_folder(self._folder)
        except OSError as error:
            raise self._stop(f"a new segment could not be begun: {error.strerror}") from None

    def _cut(self, torn: bytes, offset: int) -> None:
        name = f"journal.torn-{offset}"
        taken = len(list(self._folder.glob(f"{name}*")))
        write_file(self._folder / (f"{name}-{taken + 1}" if taken else name), torn)
        os.ftruncate(self._file, self._good)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Spare the garbage collector from walking all records again and again while more are made."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _closed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if _CLOSED.fullmatch(path.name))
    except FileNotFoundError:
        raise ArchiveError(f"{folder}: no run here, not even a folder; `dgm run` starts one") from None
    except OSError as error:
        raise ArchiveError(f"{folder}: the journal can't be read: {error.strerror}") from None


def _segment(path: Path) -> Segment:
    *lines, unfinished = path.read_bytes().split(b"\n")
    return Segment(path, tuple(lines), unfinished)
