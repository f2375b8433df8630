"""The Docker backend: a container for each order, with no network, no privilege and no file of the host."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from typing import Any, Self

from sandbox import owner, runtime
from sandbox.base import GATEWAY_FOLDER, Exit, Folder, How, Order, SandboxError, Strength
from sandbox.cgroup import SPARE_TASKS
from sandbox.engine import Engine
from sandbox.fleet import Fleet, Waiting
from sandbox.frames import Gone, Place, Supervision, Task, send_job
from sandbox.ground import Grounds
from sandbox.lending import lending_of
from sandbox.local import ENVIRONMENT, check_order
from sandbox.pool import Pool
from sandbox.self_check import strengths
from sandbox.shape import QUEUES, Lending, Shape, shape_of
from sandbox.tree import Tree

AHEAD = 2 * (os.cpu_count() or 1)
END_SECONDS = 5.0
_GROUPS = {"memory_mib": "MemoryLimit", "processes": "PidsLimit"}


class DockerSandbox:
    """Each order gets a fresh container, started ahead where its like came before.

    `engine` is the environment's if absent, and is closed with the sandbox. `lending` says how a container
    gets the gateway's socket; if absent it is found out by trying. `ahead` bounds the containers kept ready.

    Raises:
        NoEngine: no engine answers.
        NoImage: it has no image for agents.
        SandboxError: it confines less than it must.
    """

    name = "docker"
    python = f"{runtime.MOUNT}/bin/python3"

    def __init__(
        self, engine: Engine | None = None, *, lending: Lending | None = None, ahead: int = AHEAD
    ) -> None:
        self._wished = lending
        with ExitStack() as opened:
            self._engine = engine or Engine()
            opened.callback(self._engine.close)
            self._info = self._engine.info()
            _check_confines(self._info)
            mark = owner.mark()
            self._grounds = Grounds(self._engine, mark)
            opened.callback(self._grounds.close)
            self._fleet = Fleet(self._engine, mark, int(self._info["NCPU"]))
            opened.callback(self._fleet.close)
            self._pool = Pool(self._fleet, ahead)
            opened.callback(self._pool.close)
            self._opened = opened.pop_all()

    @property
    def versions(self) -> Mapping[str, str]:
        """The image's digest."""
        return {"image": self._grounds.own.image}

    def digest(self, image: str) -> str:
        """The digest of an image that the engine has."""
        return self._grounds.of(image).image

    def run(self, order: Order) -> Exit:
        """Carry out `order` in a container that nothing survives."""
        check_order(order)
        return self._run(order, None if order.socket_folder is None else self._lending)

    def enforcement(self) -> Mapping[str, Strength]:
        """How strongly each promise holds, found by trying once a process."""
        return dict(self._strengths)

    @cached_property
    def _strengths(self) -> Mapping[str, Strength]:
        kernel = {"disk_mib", "entries", "network", "host_files", "host_uid"}
        kernel |= {limit for limit in _GROUPS if self._holds(limit)}
        return strengths(self, kernel)

    @cached_property
    def _lending(self) -> Lending:
        return self._wished or lending_of(self.python, lambda order: self._run(order, "lent"))

    def close(self) -> None:
        """See every container gone."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _run(self, order: Order, lending: Lending | None) -> Exit:
        shape = shape_of(order, self._grounds.of(order.image), lending)
        waiting = self._pool.take(shape)
        try:
            if order.socket_folder is not None:
                waiting.lend(order.socket_folder)
            try:
                send_job(waiting.wire, order, self._task(order, shape))
            except Gone as gone:
                raise SandboxError(f"the container ended before its order: {gone}") from gone
            supervision = Supervision(waiting.wire, order, lambda: self._evidence(waiting))
            end = supervision.finish()
            if not supervision.complete:
                end = self._judged(waiting, end)
            return replace(end, folders={**end.folders, **_lent(order)})
        finally:
            self._fleet.leave(waiting)

    def _task(self, order: Order, shape: Shape) -> Task:
        places = [_place(path, folder) for path, folder in order.folders.items()]
        known = {*order.folders, QUEUES, GATEWAY_FOLDER}
        places += [Place(path, path, mounted=True) for path, _ in shape.mounts if path not in known]
        return Task(
            command=order.command,
            environment={
                **ENVIRONMENT,
                **dict(shape.ground.variables),
                "PATH": shape.ground.path,
                **order.environment,
            },
            cwd=order.cwd,
            places=tuple(places),
            user_processes=-1 if self._holds("processes") else order.limits.processes + SPARE_TASKS,
            watch_memory=not self._holds("memory_mib"),
            read_cgroup=True,
            own_processes=int(shape.lending == "relayed"),
        )

    def _holds(self, limit: str) -> bool:
        """Tell whether the engine says that it can have the kernel hold a limit."""
        return bool(self._info.get(_GROUPS[limit]))

    def _evidence(self, waiting: Waiting) -> How | None:
        happened = self._fleet.events.so_far(waiting.id)
        if "pause" in happened:
            raise SandboxError("a container was frozen from outside")
        return "memory" if "oom" in happened else None

    def _judged(self, waiting: Waiting, end: Exit) -> Exit:
        """An end that the launcher did not live to tell: the command's, unless the engine knows otherwise.

        Raises:
            SandboxError: it was ended from outside, or the engine is away.
        """
        events = self._fleet.events
        happened = events.after_end(waiting.id, waiting.connection, END_SECONDS)
        if "kill" in happened:
            raise SandboxError("a container was killed from outside")
        if events.lost(waiting.connection):
            raise SandboxError("the connection to the container engine was lost")
        if "die" not in happened and not self._engine.running(waiting.id):
            raise SandboxError("a container is gone, and the engine does not say why")
        return replace(end, how="memory", code=None) if "oom" in happened else end


def _place(path: str, folder: Folder) -> Place:
    comes_back = folder.writable and folder.collect
    return Place(path, path, folder.tree, mounted=True, collect=comes_back, read_only=not folder.writable)


def _lent(order: Order) -> dict[str, Tree]:
    """What came back of folders that could only be read: inside, nothing but their modes kept them so."""
    return {path: one.tree for path, one in order.folders.items() if one.collect and not one.writable}


def _check_confines(info: Mapping[str, Any]) -> None:
    """Refuse an engine without a filter of system calls, on which much of the rest stands."""
    options = [str(option) for option in info.get("SecurityOptions") or ()]
    if info.get("OSType") != "linux":
        raise SandboxError("the engine does not run Linux containers")
    if not any(option.startswith("name=seccomp") and "unconfined" not in option for option in options):
        raise SandboxError("the engine filters no system calls; mend: a kernel and an engine with seccomp")
