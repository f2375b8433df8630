"""The backend that protects nothing: the same launcher, limits and collection in an ordinary process."""

import contextlib
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Self

from sandbox import owner, runtime
from sandbox.base import GATEWAY_FOLDER, Exit, Order, SandboxError, Strength
from sandbox.leftovers import clear_abandoned, remove
from sandbox.local import ENVIRONMENT, Place, Task, carry_out, check_order, no_images
from sandbox.self_check import strengths
from sandbox.slots import held_uid, lent_socket

PREFIX = "dgm-process-"


class ProcessSandbox:
    """Runs orders as plain processes in a temporary folder. Only for code that is trusted.

    Raises:
        SandboxError: there is no Python to lend.
    """

    name = "process"

    def __init__(self) -> None:
        self._cache = runtime.cache_folder()
        self._runtime = runtime.Runtime.ready()
        clear_abandoned(PREFIX)

    @property
    def python(self) -> str:
        """Path of the interpreter that has pytest and nothing of dgm."""
        return str(self._runtime.folder / "bin" / "python3")

    @property
    def versions(self) -> Mapping[str, str]:
        """Nothing: what runs here is this machine's."""
        return {}

    def digest(self, image: str) -> str:
        """There are no images here."""
        raise no_images(image, self.name)

    def run(self, order: Order) -> Exit:
        """Carry out `order` in a temporary folder and remove it, with every process that was started."""
        check_order(order)
        if order.image is not None:
            raise no_images(order.image, self.name)
        with self._user() as uid, lent_socket(order.socket_folder, uid), _base(uid) as base:
            try:
                process = self._start(base, uid)
                return carry_out(process, process.pid, order, self._task(order, base, uid), None)
            finally:
                _kill_marked(base.name)

    def enforcement(self) -> Mapping[str, Strength]:
        """How strongly each promise holds, found by trying once a process."""
        return dict(self._strengths)

    @cached_property
    def _strengths(self) -> Mapping[str, Strength]:
        return strengths(self, {"host_uid"})

    def close(self) -> None:
        """Nothing is held between orders."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _user(self) -> Iterator[int | None]:
        """A uid of its own for the order, where we may take one and it reaches the interpreter."""
        if not self._runtime.interpreter.in_place:
            yield None
            return
        with held_uid(self._cache) as uid:
            yield uid

    def _start(self, base: Path, uid: int | None) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                [self.python, "-I", "-S", str(self._runtime.folder / "launcher.pyc")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={"HOME": str(base)},
                cwd="/",
                start_new_session=True,
                user=uid,
                group=uid,
                extra_groups=None if uid is None else [],
            )
        except OSError as error:
            raise SandboxError(f"the launcher can't be started: {error}") from error

    def _task(self, order: Order, base: Path, uid: int | None) -> Task:
        real = {path: f"{base}{path}" for path in (*order.folders, "/tmp")}  # noqa: S108
        known = {**real, runtime.MOUNT: str(self._runtime.folder)}
        if order.socket_folder is not None:
            known[GATEWAY_FOLDER] = str(order.socket_folder)
        environment = {**ENVIRONMENT, "TMPDIR": "/tmp", **order.environment}  # noqa: S108
        places = [
            Place(path, real[path], folder.tree, collect=folder.collect, read_only=not folder.writable)
            for path, folder in order.folders.items()
        ]
        if "/tmp" not in order.folders:  # noqa: S108
            places.append(Place("/tmp", real["/tmp"]))  # noqa: S108
        return Task(
            command=tuple(substituted(word, known) for word in order.command),
            environment={name: substituted(value, known) for name, value in environment.items()},
            cwd=substituted(order.cwd, known),
            places=tuple(places),
            user_processes=-1 if uid is None else order.limits.processes + 32,
        )


def substituted(text: str, places: Mapping[str, str]) -> str:
    """`text` with each path of `places` replaced by its real place, alone or followed by `/`."""
    names = "|".join(re.escape(path) for path in sorted(places, key=len, reverse=True))
    pattern = rf"(?<![\w/.-])({names})(?![\w.-])"
    return re.sub(pattern, lambda found: places[found[1]], text)


@contextlib.contextmanager
def _base(uid: int | None) -> Iterator[Path]:
    base = Path(tempfile.gettempdir(), PREFIX + owner.label())
    try:
        base.mkdir(mode=0o700)
        if uid is not None:
            os.chown(base, uid, uid)
    except OSError as error:
        raise SandboxError(f"no temporary folder {base}: {error}") from error
    try:
        yield base
    finally:
        remove(base)


def _kill_marked(mark: str) -> None:
    """Kill what outlived a killed launcher: whoever still has our folder's name in its environment or cwd."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if mark.encode() in (entry / "environ").read_bytes() or mark in str((entry / "cwd").readlink()):
                os.kill(int(entry.name), signal.SIGKILL)
