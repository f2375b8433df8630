"""The host around an attack: what it must not touch, who must not answer it, and what it must not leave."""

import json
import os
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import cgroup, fleet, owner
from sandbox.engine import Engine
from tests.sandbox.sandbox_orders import alive

PATIENCE_SECONDS = 10.0
KEY = "HOSTILE_CORPUS_KEY"
"""A secret in the environment of the controller."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A secret file, a loopback server and an abstract socket on the host, all told to the attacker.

    `mark` stands on the command line of everything the attacker starts; `told` is what it is told, as JSON.
    """

    folder: Path
    secret: str
    mark: str
    port: int
    free_port: int
    abstract: str
    listeners: tuple[socket.socket, ...]

    def told(self, **more: object) -> str:
        """The issue text: all that a well-informed attacker could know."""
        known = {
            "file": str(self.folder / "canary"),
            "port": self.port,
            "free_port": self.free_port,
            "abstract": self.abstract,
            "clone": str(Path(__file__).resolve().parents[2]),
        }
        return json.dumps({**known, **more})

    def untouched(self) -> None:
        """The host is as it was: the file, the folder, and nobody has called."""
        assert (self.folder / "canary").read_text() == self.secret
        assert [path.name for path in self.folder.iterdir()] == ["canary"]
        for listener in self.listeners:
            listener.setblocking(False)
            try:
                listener.accept()
            except BlockingIOError:
                continue
            raise AssertionError("somebody reached the host")

    def nothing_left(self) -> None:
        """No process of the attacker, no control group, and no temporary file that it used lives on."""
        assert not lasting(lambda: [*alive(self.mark), *files_used()])


@contextmanager
def scene() -> Iterator[Scene]:
    """A host to attack."""
    secret, mark = secrets.token_hex(16), f"mark-{secrets.token_hex(8)}"
    with tempfile.TemporaryDirectory(prefix="host-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "canary").write_text(secret)
        (folder / "canary").chmod(0o666)
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        with socket.create_server(("127.0.0.1", 0)) as free:
            free_port = free.getsockname()[1]
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0{mark}")
        abstract.listen()
        os.environ[KEY] = secret
        stack.callback(os.environ.pop, KEY)
        yield Scene(folder, secret, mark, server.getsockname()[1], free_port, mark, (server, abstract))


def lasting(left: Callable[[], list[Any]]) -> list[Any]:
    """What is still left when patience ends."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (found := left()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


@contextmanager
def meanwhile(step: Callable[[], object], every_seconds: float) -> Iterator[None]:
    """Does `step` again and again beside what goes on."""
    done = threading.Event()

    def steps() -> None:
        while not done.wait(every_seconds):
            step()

    thread = threading.Thread(target=steps)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def files_used() -> list[Path]:
    """What is left but for the folders of containers that wait for an order, by which no socket was lent."""
    return [
        path
        for path in files_left()
        if not path.name.startswith(fleet.PREFIX) or (path / "gateway" / "sock").exists()
    ]


def containers_left() -> list[str]:
    """Marks of containers and volumes that this process made and has not taken away."""
    with closing(Engine()) as engine:
        marks = [*engine.containers().values(), *engine.volumes().values()]
    return [mark for mark in marks if mark.startswith(owner.mark()[:-8])]


def files_left() -> list[Path]:
    """Temporary files and control groups that this process made and has not taken away."""
    folders = {Path(tempfile.gettempdir()), Path("/tmp")}
    ours = [path for folder in folders for path in folder.glob(f"dgm-gateway-{os.getpid()}-*")]
    ours += [path for folder in folders for path in folder.glob(f"dgm-*-{os.getpid():08x}*")]
    groups = cgroup.Cgroups.found()
    for parent in () if groups is None else groups.parents:
        ours += parent.glob(f"{cgroup.PREFIX}{os.getpid():08x}*")
    return ours
