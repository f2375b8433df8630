"""Memory and process limits by control groups of our own, where the host lets us make them."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sandbox import owner
from sandbox.base import How, Limits, SandboxError

PREFIX = "dgm-sandbox-"
SPARE_TASKS = 32
"""Above the limit that the launcher watches, so that crossing it is seen before it is refused."""
_EVENTS: tuple[tuple[str, str, How], ...] = (
    ("memory.events", "oom_kill", "memory"),
    ("memory.oom_control", "oom_kill", "memory"),
    ("pids.events", "max", "processes"),
)


class Group(Protocol):
    """What holds one sandbox's memory and processes."""

    def join(self, pid: int) -> None:
        """Move a process, and so all it will start, into the group."""
        ...

    def evidence(self) -> How | None:
        """What the kernel did here: `memory` if it killed for it, `processes` if it refused one."""
        ...

    def remove(self) -> None:
        """Take the group away; nothing may be left in it."""
        ...


@dataclass(frozen=True, slots=True)
class Cgroup:
    """One folder for each hierarchy in use: memory and pids (v1), or one for both (v2)."""

    folders: tuple[Path, ...]

    def join(self, pid: int) -> None:
        """Move a process, and so all it will start, into the group."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(pid))

    def evidence(self) -> How | None:
        """What the kernel did here: `memory` if it killed for it, `processes` if it refused one."""
        for folder in self.folders:
            for name, count, how in _EVENTS:
                with contextlib.suppress(OSError):
                    counts = dict(line.split() for line in (folder / name).read_text().splitlines())
                    if counts.get(count, "0") != "0":
                        return how
        return None

    def remove(self) -> None:
        """Take the group away, waiting shortly for the last of its dead."""
        for folder in self.folders:
            for _ in range(200):
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.005)
                else:
                    break


@dataclass(frozen=True, slots=True)
class Cgroups:
    """Where groups of our own can be made. `found()` looks and tries."""

    parents: tuple[Path, ...]

    @classmethod
    def found(cls) -> "Cgroups | None":
        """The place for our groups, or None where the host allows none; stale groups are cleared."""
        for parents in (_v2_parents(), _v1_parents()):
            if not parents:
                continue
            groups = cls(parents)
            if groups.work():
                groups.clear_stale()
                return groups
        return None

    def work(self) -> bool:
        """Tell whether a group can be made and a process moved into it."""
        try:
            group = self.make(Limits())
        except SandboxError:
            return False
        with subprocess.Popen(["/bin/sh", "-c", "read _"], stdin=subprocess.PIPE) as process:
            try:
                group.join(process.pid)
                joined = True
            except OSError:
                joined = False
        group.remove()
        return joined

    def make(self, limits: Limits) -> Cgroup:
        """A new empty group under `limits`.

        Raises:
            SandboxError: it can't be made.
        """
        name = PREFIX + owner.label()
        group = Cgroup(tuple(parent / name for parent in self.parents))
        memory, tasks = str(limits.memory_mib * 2**20), str(limits.processes + 1 + SPARE_TASKS)
        try:
            for folder in group.folders:
                folder.mkdir()
            _set(group, ("memory.max", "memory.limit_in_bytes"), memory)
            _set(group, ("pids.max",), tasks)
        except OSError as error:
            group.remove()
            raise SandboxError(f"no control group can be made: {error}") from error
        for swap, amount in (("memory.swap.max", "0"), ("memory.memsw.limit_in_bytes", memory)):
            with contextlib.suppress(OSError):  # a kernel without swap accounting has none to bound
                _set(group, (swap,), amount)
        return group

    def clear_stale(self) -> None:
        """Remove groups that a controller left when it was killed."""
        for parent in self.parents:
            for folder in parent.glob(PREFIX + "*"):
                if owner.abandoned(folder.name):
                    with contextlib.suppress(OSError):
                        folder.rmdir()


def _set(group: Cgroup, names: tuple[str, ...], value: str) -> None:
    for folder in group.folders:
        for name in names:
            if (folder / name).exists():
                (folder / name).write_text(value)
                return
    raise FileNotFoundError(f"no {names[0]} in {group.folders[0].parent}")


def _mounts() -> Iterator[tuple[Path, str, str]]:
    """Mount point, type and options of every cgroup mount."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        left, _, right = line.partition(" - ")
        kind, _, options = right.split(" ", 2)
        if kind in {"cgroup", "cgroup2"}:
            yield Path(left.split(" ")[4]), kind, options


def _own_paths() -> dict[str, str]:
    """Our own group by controller name, '' for v2."""
    paths = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        paths.update(dict.fromkeys(controllers.split(","), path))
    return paths


def _v1_parents() -> tuple[Path, ...]:
    own, parents = _own_paths(), []
    for controller in ("memory", "pids"):
        for mount, kind, options in _mounts():
            if kind == "cgroup" and controller in options.split(","):
                place = mount / own.get(controller, "/").lstrip("/")
                parents.append(place if place.is_dir() else mount)
                break
        else:
            return ()
    return tuple(dict.fromkeys(parents))


def _v2_parents() -> tuple[Path, ...]:
    """The nearest group above our own that hands memory and pids down and that we may write to."""
    own = _own_paths().get("", "/").lstrip("/")
    for mount, kind, _ in _mounts():
        if kind != "cgroup2":
            continue
        here = mount / own
        for place in (here, *here.parents):
            handed = place / "cgroup.subtree_control"
            if not place.is_relative_to(mount) or not handed.exists():
                continue
            if {"memory", "pids"} <= set(handed.read_text().split()) and os.access(place, os.W_OK):
                return (place,)
    return ()
