"""The host's end of the launcher's frames: everything read is bounded and checked, nothing in it raises."""

import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast, get_args

from sandbox import launcher
from sandbox.base import Exit, How, Order, SandboxError
from sandbox.tree import JUNK_FOLDERS, File, Tree, TreeError, check_path, is_junk

READY_SECONDS = 30.0
COLLECT_SECONDS = 60.0
BEAT_SECONDS = 0.1
MAX_BREACH_BYTES = 1024


class Gone(Exception):
    """The launcher is gone, silent for too long, or speaks nonsense."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder as the launcher sees it: `name` in the order, `path` where it really is.

    `files` is what the launcher writes there; `mounted` says that it has a file system of its own.
    """

    name: str
    path: str
    files: Mapping[str, File] = field(default_factory=dict)
    mounted: bool = False
    collect: bool = False
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """An order as one backend carries it out, with real paths and the rlimits it wants (-1: none)."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    cwd: str
    places: tuple[Place, ...]
    user_processes: int = -1
    watch_memory: bool = True
    read_cgroup: bool = False
    """The launcher sees the control group that holds it, and tells what the kernel did there."""
    own_processes: int = 0
    """Of ours that the launcher sees beside the command's."""


class Channel(Protocol):
    """A launcher's stdin and stdout; neither reading nor writing ever blocks."""

    source: int
    """Descriptor to wait on before reading."""
    sink: int
    """Descriptor to wait on before writing."""

    def read(self) -> bytes | None:
        """What has come; None if nothing has, empty at the end. Raises OSError."""
        ...

    def write(self, data: memoryview) -> int:
        """Send some of `data`; returns how much. Raises OSError."""
        ...


class Pipes:
    """The pipes of a launcher that was started as a process of this machine."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is None or process.stdout is None:
            raise SandboxError("the launcher was started without pipes")
        self.sink, self.source = process.stdin.fileno(), process.stdout.fileno()
        os.set_blocking(self.sink, False)
        os.set_blocking(self.source, False)

    def read(self) -> bytes | None:
        """What has come."""
        try:
            return os.read(self.source, 2 * launcher.FRAME)
        except BlockingIOError:
            return None

    def write(self, data: memoryview) -> int:
        """Send some."""
        return os.write(self.sink, data)


class Wire:
    """Frames over a channel, each wait with a deadline."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._heard = bytearray()

    def send(self, frames: bytes | bytearray, until: float) -> None:
        """Send whole frames.

        Raises:
            Gone: the launcher does not take them before `until` (monotonic seconds).
        """
        view = memoryview(frames)
        while view:
            if not select.select([], [self._channel.sink], [], max(0.0, until - time.monotonic()))[1]:
                raise Gone("takes nothing")
            try:
                view = view[self._channel.write(view[: launcher.FRAME]) :]
            except OSError as error:
                raise Gone(str(error)) from None

    def receive(self, until: float) -> tuple[bytes, bytes] | None:
        """The next frame, or None if there is none before `until`.

        Raises:
            Gone: the stream ended, or holds a frame larger than allowed.
        """
        while True:
            size = int.from_bytes(self._heard[1:5], "big") if len(self._heard) >= 5 else 0
            if size > launcher.FRAME:
                raise Gone("frame too large")
            if len(self._heard) >= 5 + size:
                kind, payload = bytes(self._heard[:1]), bytes(self._heard[5 : 5 + size])
                del self._heard[: 5 + size]
                return kind, payload
            if not select.select([self._channel.source], [], [], max(0.0, until - time.monotonic()))[0]:
                return None
            try:
                data = self._channel.read()
            except OSError as error:
                raise Gone(str(error)) from None
            if data is None:
                continue
            if not data:
                raise Gone("ended")
            self._heard += data


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """One frame."""
    if len(payload) > launcher.FRAME:
        raise SandboxError(f"an argument or name of the order is longer than {launcher.FRAME} bytes")
    return kind + len(payload).to_bytes(4, "big") + payload


def await_ready(wire: Wire) -> None:
    """Wait for the launcher to start.

    Raises:
        Gone: it did not.
    """
    if wire.receive(time.monotonic() + READY_SECONDS) != (launcher.READY, b""):
        raise Gone("did not start")


def job_frames(order: Order, task: Task) -> Iterator[bytes]:
    """The whole job as frames, ending with the word to go."""
    limits = order.limits
    amounts = {
        "wall_seconds": limits.wall_seconds,
        "cpu_seconds": limits.cpu_seconds,
        "processes": limits.processes + task.own_processes,
        "entries": limits.entries,
        "output_bytes": limits.output_bytes,
        "collected_bytes": limits.collected_bytes,
        "memory_bytes": limits.memory_mib * 2**20,
        "disk_bytes": limits.disk_mib * 2**20,
        "address_bytes": (limits.memory_mib + 1024) * 2**20 if task.watch_memory else -1,
        "user_processes": task.user_processes,
        "watch_memory": int(task.watch_memory),
        "read_cgroup": int(task.read_cgroup),
    }
    for name, amount in amounts.items():
        yield frame(launcher.LIMIT, f"{name}={amount}".encode())
    for argument in task.command:
        yield frame(launcher.ARGUMENT, os.fsencode(argument))
    for name, value in task.environment.items():
        yield frame(launcher.VARIABLE, os.fsencode(f"{name}={value}"))
    yield frame(launcher.CWD, os.fsencode(task.cwd))
    yield frame(launcher.JUNK, b"\0".join(os.fsencode(name) for name in JUNK_FOLDERS))
    for place in task.places:
        flags = "d" * place.collect + "m" * place.mounted + "r" * place.read_only
        yield frame(launcher.PLACE, b"\0".join(os.fsencode(part) for part in (flags, place.name, place.path)))
        for path, file in place.files.items():
            yield frame(launcher.FILE, (b"x" if file.executable else b"-") + path.encode())
            for start in range(0, len(file.data), launcher.FRAME):
                yield frame(launcher.DATA, file.data[start : start + launcher.FRAME])
    yield frame(launcher.GO)


def send_job(wire: Wire, order: Order, task: Task) -> None:
    """Send the job in pieces large enough to be cheap.

    Raises:
        Gone: the launcher stopped listening.
    """
    until = time.monotonic() + READY_SECONDS
    piece = bytearray()
    for one in job_frames(order, task):
        piece += one
        if len(piece) >= 16 * launcher.FRAME:
            wire.send(piece, until)
            piece = bytearray()
    wire.send(piece, until)


class Supervision:
    """One order under way, from the word to go until its folders are back."""

    def __init__(self, wire: Wire, order: Order, evidence: Callable[[], How | None]) -> None:
        self._wire = wire
        self._order = order
        self._evidence = evidence
        self.complete = False
        """The launcher said all it had to say."""
        self._started = time.monotonic()
        self._how: How = "vanished"
        self._code: int | None = None
        self._wall_seconds: float | None = None
        self._cpu_seconds = 0.0
        self._output = bytearray()
        self._folders: dict[str, dict[str, tuple[bool, bytearray]]] = {}
        self._lost: set[str] = set()
        self._breaches: list[str] = []
        self._folder: str | None = None
        self._file: bytearray | None = None
        self._bytes_left = order.limits.collected_bytes
        self._files_left = order.limits.entries

    def finish(self) -> Exit:
        """Wait for the end.

        Raises:
            SandboxError: the launcher could not place the files, which no command had a hand in.
        """
        try:
            self._follow()
        except (Gone, ValueError, TreeError) as gone:
            self._breach(f"the launcher ended early: {gone}")
        how = self._evidence() or self._how
        wall_seconds = time.monotonic() - self._started if self._wall_seconds is None else self._wall_seconds
        return Exit(
            how=how,
            code=self._code if how == "exited" else None,
            output=bytes(self._output),
            folders=self._trees(),
            breaches=tuple(self._breaches),
            wall_seconds=wall_seconds,
            cpu_seconds=self._cpu_seconds,
        )

    def _follow(self) -> None:
        limits = self._order.limits
        told, stopped_at, ended_at = 0.0, None, None
        while True:
            now = time.monotonic()
            if ended_at is None:
                paused = self._order.paused()
                over = now - self._started - paused - limits.wall_seconds
                broken = self._evidence() or ("deadline" if over >= 0 else None)
                if broken is not None and stopped_at is None:
                    self._how, stopped_at = broken, now
                    self._wire.send(frame(launcher.STOP, broken.encode()), now + 1)
                elif paused > told:
                    self._wire.send(frame(launcher.PAUSED, str(paused).encode()), now + 1)
                    told = paused
            since = ended_at or stopped_at
            if since is not None and now - since > COLLECT_SECONDS:
                raise Gone("took too long to give the folders back")
            heard = self._wire.receive(now + BEAT_SECONDS)
            if heard is None:
                continue
            if heard[0] == launcher.DONE:
                self._folder = None
                self.complete = True
                return
            if heard[0] == launcher.ENDED:
                ended_at = now
            self._take(*heard)

    def _take(self, kind: bytes, payload: bytes) -> None:
        match kind:
            case launcher.DATA if self._file is not None:
                self._bytes_left -= len(payload)
                if self._bytes_left < 0:
                    raise Gone("sends more than allowed")
                self._file += payload
            case launcher.FILE if self._folder is not None:
                self._begin_file(payload)
            case launcher.OUTPUT if len(self._output) + len(payload) <= launcher.KEPT_OUTPUT:
                self._output += payload
            case launcher.ENDED if self._wall_seconds is None:
                how, code, wall, cpu = payload.decode("ascii").split(" ")
                if how not in get_args(How):
                    raise Gone("ends in an unknown way")
                self._how, self._code = cast(How, how), None if code == "-" else int(code)
                self._wall_seconds, self._cpu_seconds = float(wall), float(cpu)
            case launcher.FOLDER:
                self._folder = payload.decode()
                if self._folder not in self._order.folders or self._folder in self._folders:
                    raise Gone("sends a folder nobody asked for")
                self._folders[self._folder] = {}
            case launcher.LOST if self._folder is not None:
                self._breach(f"{self._folder}: {payload.decode('utf-8', 'replace')}")
                self._lost.add(self._folder)
            case launcher.BREACH:
                self._breach(payload.decode("utf-8", "backslashreplace"))
            case launcher.REFUSED:
                raise SandboxError(f"the files could not be placed: {payload.decode('utf-8', 'replace')}")
            case _:
                raise Gone("sends an unexpected frame")

    def _begin_file(self, payload: bytes) -> None:
        self._files_left -= 1
        if self._files_left < 0 or self._folder is None:
            raise Gone("sends more files than allowed")
        self._file = bytearray()
        try:
            path = check_path(payload[1:].decode("utf-8", "surrogateescape"))
        except TreeError as error:
            self._breach(f"{self._folder}: {error}")
            return
        if is_junk(path) and path not in self._order.folders[self._folder].tree:
            return
        self._folders[self._folder][path] = (payload[:1] == b"x", self._file)

    def _breach(self, text: str) -> None:
        if len(self._breaches) < launcher.MAX_BREACHES:
            self._breaches.append(
                text.encode("utf-8", "backslashreplace")[:MAX_BREACH_BYTES].decode("utf-8", "replace")
            )

    def _trees(self) -> dict[str, Tree]:
        if self._folder is not None:
            self._lost.add(self._folder)
        trees = {}
        for name, files in self._folders.items():
            if name in self._lost:
                continue
            try:
                trees[name] = Tree(
                    {path: File(bytes(data), executable) for path, (executable, data) in files.items()}
                )
            except TreeError as error:
                self._breach(f"{name}: {error}")
        return trees
