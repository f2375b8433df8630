"""The interface of every sandbox: an `Order` goes in, an `Exit` comes out, and nothing else does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, Self

from sandbox.tree import Tree

GATEWAY_FOLDER = "/gateway"
GATEWAY_SOCKET = "/gateway/sock"

How = Literal["exited", "deadline", "cpu", "memory", "processes", "disk", "entries", "output", "vanished"]
Strength = Literal["enforced", "watched", "none"]


class SandboxError(Exception):
    """The sandbox itself broke: our failure, never evidence about what ran inside."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one order may use. Crossing a limit ends the order with the `How` of the same name."""

    wall_seconds: float = 120.0
    cpu_seconds: float = 120.0
    memory_mib: int = 1024
    """Of all processes together; where the kernel holds it, files in writable places count too."""
    processes: int = 128
    """Threads count as processes."""
    disk_mib: int = 256
    """Of each writable folder and of /tmp."""
    entries: int = 20_000
    """Files and folders in all writable places together."""
    output_bytes: int = 16 * 2**20
    """Written by the command to stdout and stderr together, before it is stopped."""
    collected_bytes: int = 64 * 2**20
    """Of all folders that come back together."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder placed in the sandbox: what is in it at the start, and whether it comes back.

    One that is not writable may, by backend, still be opened up by its command, but for that order only.
    """

    tree: Tree = field(default_factory=Tree)
    writable: bool = False
    collect: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """One command to run in a fresh sandbox.

    `folders` maps absolute paths inside to what they hold. A backend that can't place a folder at its path
    (`process`) substitutes the real place wherever the path stands in `command`, `cwd` or a value of
    `environment`, alone or followed by `/`; commands that care read their places from the environment.
    `socket_folder` is a host folder holding a Unix socket named `sock`, lent read-only at /gateway.
    `image` is the reference of an image to run in, where the backend has images; absent, the sandbox's own.
    `paused` gives the seconds spent waiting for the gateway so far, which don't count against `wall_seconds`.
    """

    command: tuple[str, ...]
    folders: Mapping[str, Folder] = field(default_factory=dict)
    cwd: str = "/tmp"  # noqa: S108
    environment: Mapping[str, str] = field(default_factory=dict)
    socket_folder: Path | None = None
    image: str | None = None
    limits: Limits = field(default_factory=Limits)
    paused: Callable[[], float] = lambda: 0.0


@dataclass(frozen=True, slots=True)
class Exit:
    """How an order ended; every value here is about the command, none about us.

    `code` is the exit status (negative: killed by that signal), None unless `how` is `exited`.
    `output` is stdout and stderr as they came, head and tail kept, at most 256 KiB.
    `folders` holds each collected folder; one missing from it broke a bound named in `breaches`.
    `breaches` names what was dropped (links, devices, `.git`, unsafe names) or refused, bounded.
    """

    how: How
    code: int | None
    output: bytes
    folders: Mapping[str, Tree]
    breaches: tuple[str, ...]
    wall_seconds: float
    cpu_seconds: float

    @property
    def succeeded(self) -> bool:
        """The command ended by itself with status 0."""
        return self.how == "exited" and self.code == 0


class Sandbox(Protocol):
    """A backend. Thread-safe; each `run` is a fresh place that nothing survives."""

    @property
    def name(self) -> str:
        """The name it is opened by."""
        ...

    @property
    def python(self) -> str:
        """Path inside of the interpreter that has pytest and nothing of dgm."""
        ...

    @property
    def versions(self) -> Mapping[str, str]:
        """What is recorded of it with every run, such as the digest of its image."""
        ...

    def digest(self, image: str) -> str:
        """The digest of an image that orders may name.

        Raises:
            SandboxError: it is not here, or no order may name one; the message has the mend.
        """
        ...

    def run(self, order: Order) -> Exit:
        """Carry out `order` and remove everything it made.

        Raises:
            SandboxError: the sandbox could not be set up, or broke for a reason the command can't cause.
        """
        ...

    def enforcement(self) -> Mapping[str, Strength]:
        """How strongly each field of `Limits`, `network`, `host_files`, `host_uid` hold, found by trying."""
        ...

    def close(self) -> None:
        """Release what the backend holds."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...
