"""All containers of one controller: made, watched, and seen gone, also those that a dead one left."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox import launcher, owner, runtime
from sandbox.attached import Attached
from sandbox.base import SandboxError
from sandbox.engine import Engine
from sandbox.events import Events
from sandbox.frames import Gone, Wire, await_ready
from sandbox.leftovers import clear_abandoned, remove
from sandbox.relay import SOURCE, HostEnd
from sandbox.shape import Shape
from sandbox.slots import reserved_uid

PREFIX = "dgm-docker-"
LEAVE_SECONDS = 10.0
START_SECONDS = 60.0
# The source comes first on stdin, so that any image will do and none holds an old launcher.
_BOOT = """
import os
def take(size):
    data = b""
    while len(data) < size:
        data += os.read(0, size - len(data)) or os._exit(0)
    return data
inside = {"__name__": "inside"}
exec(compile(take(int(take(8))), "inside", "exec"), inside)
inside["main"]
"""


def booted(python: tuple[str, ...], call: str) -> tuple[str, ...]:
    """The command that has `python` run a source sent to its stdin, and then call its `main`."""
    return (*python, "-I", "-S", "-c", f"{_BOOT.rstrip()}{call}\n")


def source(file: str) -> bytes:
    """What to send first to a command made by `booted`."""
    text = Path(file).read_bytes()
    return b"%08d" % len(text) + text


@dataclass(frozen=True, slots=True)
class Waiting:
    """A started container whose launcher waits for its one order."""

    id: str
    shape: Shape
    wire: Wire
    channel: Attached
    lent: Path | None
    """The host's folder that it has as the gateway's."""
    connection: int
    """Number of the connection to the engine that has watched it from its start."""
    held: ExitStack
    """What is ours of it on this host, until it is gone."""
    relay: HostEnd | None

    def lend(self, folder: Path) -> None:
        """Give it the gateway's socket in `folder`, a host's folder.

        Raises:
            SandboxError: it can't be lent.
        """
        socket = folder / "sock"
        if self.relay is not None:
            self.relay.serve(socket)
        if self.lent is not None:
            try:
                # The folder was lent before anybody knew which socket it would hold. Whoever may come near
                # the socket on this host is settled by the folders around it, not by its own mode.
                socket.chmod(0o666)
                (self.lent / "sock").hardlink_to(socket)
            except OSError as error:
                raise SandboxError(
                    f"the gateway's socket can't be lent: {error}; mend: one file system for both, by TMPDIR"
                ) from error


class Fleet:
    """Starts containers and sees them off. Thread-safe.

    Raises:
        SandboxError: the engine does not answer.
    """

    def __init__(self, engine: Engine, mark: str, processors: int) -> None:
        self._engine = engine
        self._mark = mark
        self._cache = runtime.cache_folder()
        self._processors = processors
        self._change = threading.Condition()
        self._leaving: dict[str, tuple[float, ExitStack]] = {}
        clear_forsaken(engine)
        self.events = Events(engine, self._mark, self._gone)

    def start(self, shape: Shape) -> Waiting:
        """A new container of this shape, started, its launcher waiting.

        Raises:
            SandboxError: it can't be had.
        """
        connection = self.events.connection()
        with ExitStack() as undo:
            held = undo.enter_context(ExitStack())
            uid = held.enter_context(reserved_uid(self._cache))
            lent = held.enter_context(lent_folder()) if shape.lending == "lent" else None
            config = shape.config(uid, self._mark, lent, self._processors)
            entrypoint = booted(shape.ground.python, "(dies_with_parent=False)")
            container = self._engine.create({**config, "Entrypoint": entrypoint})
            undo.pop_all()
            undo.callback(self._see_off, container, held)
            channel = Attached(self._engine.attach(container))
            undo.callback(channel.close)
            self._engine.start(container)
            wire = Wire(channel)
            try:
                wire.send(source(launcher.__file__), time.monotonic() + START_SECONDS)
                await_ready(wire)
            except Gone as error:
                said = channel.complaint.decode("utf-8", "replace").strip()[-500:]
                raise SandboxError(f"the launcher did not start in its container: {said or error}") from error
            relay = self._relay(container, shape, uid, undo) if shape.lending == "relayed" else None
            undo.pop_all()
        return Waiting(container, shape, wire, channel, lent, connection, held, relay)

    def leave(self, waiting: Waiting) -> None:
        """Let a container end, which removes it; comes back before that is done."""
        if waiting.relay is not None:
            waiting.relay.close()
        waiting.channel.close()
        with self._change:
            self._leaving[waiting.id] = time.monotonic() + LEAVE_SECONDS, waiting.held
        if "destroy" in self.events.so_far(waiting.id):
            self._gone(waiting.id)

    def see_off(self) -> None:
        """Remove by force what should have been gone by now; what an engine away keeps stays for later."""
        with self._change:
            now = time.monotonic()
            overdue = [(one, held) for one, (until, held) in self._leaving.items() if until < now]
        for container, held in overdue:
            self._see_off(container, held)

    def await_gone(self) -> bool:
        """Wait until no container is leaving any more; tells whether it came so far."""
        with self._change:
            return self._change.wait_for(lambda: not self._leaving, LEAVE_SECONDS)

    def close(self) -> None:
        """See every container gone, as far as the engine answers."""
        if not self.await_gone():
            with self._change:
                self._leaving = {one: (0.0, held) for one, (_, held) in self._leaving.items()}
            self.see_off()
        self.events.close()
        with self._change:
            for _, held in self._leaving.values():
                held.close()

    def _relay(self, container: str, shape: Shape, uid: int, undo: ExitStack) -> HostEnd:
        """Start the program inside that listens for the gateway, and our end of it."""
        command = booted(shape.ground.python, "()")
        channel = Attached(self._engine.execute(container, command, f"{uid}:{uid}"))
        relay = HostEnd(channel)
        undo.callback(relay.close)
        Wire(channel).send(source(SOURCE), time.monotonic() + START_SECONDS)
        relay.await_inside()
        return relay

    def _see_off(self, container: str, held: ExitStack) -> None:
        try:
            self._engine.remove(container)
        except SandboxError:
            with self._change:
                self._leaving[container] = time.monotonic() + LEAVE_SECONDS, held
        else:
            held.close()
            self._gone(container)

    def _gone(self, container: str) -> None:
        with self._change:
            _, held = self._leaving.pop(container, (0.0, None))
            self._change.notify_all()
        if held is not None:
            held.close()
            self.events.forget(container)


def clear_forsaken(engine: Engine) -> None:
    """Remove what controllers of this machine that are dead left on the engine and in temporary folders."""
    for container, mark in engine.containers().items():
        if owner.forsaken(mark):
            engine.remove(container)
    for volume, mark in engine.volumes().items():
        if owner.forsaken(mark):
            engine.remove_volume(volume)
    clear_abandoned(PREFIX)


@contextmanager
def lent_folder() -> Iterator[Path]:
    """A folder to lend: any uid may look into it, and on the host only we come near it."""
    guard = Path(tempfile.gettempdir(), PREFIX + owner.label())
    try:
        guard.mkdir(mode=0o700)
        (guard / "gateway").mkdir(mode=0o755)
    except OSError as error:
        raise SandboxError(f"no temporary folder {guard}: {error}") from error
    try:
        yield guard / "gateway"
    finally:
        remove(guard)
