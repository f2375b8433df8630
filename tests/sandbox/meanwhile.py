"""A look at the engine from outside: whose containers there are, and an order to do something to."""

import threading
from typing import Any

import docker
from sandbox_orders import alive, new_mark, until

from sandbox import owner
from sandbox.base import Exit, Folder, Limits, Order, Sandbox, SandboxError
from sandbox.engine import LABEL
from sandbox.tree import File, Tree

OURS = owner.mark()[:-8]
"""How the marks of everything made by this process begin."""


def marks(engine: docker.APIClient) -> dict[str, str]:
    """Marks of all containers on the engine that carry one, by container."""
    found = engine.containers(all=True, filters={"label": LABEL})
    return {one["Id"]: one["Labels"][LABEL] for one in found}


def ours(engine: docker.APIClient) -> list[str]:
    """Containers that this process made."""
    return [container for container, mark in marks(engine).items() if mark.startswith(OURS)]


class Meanwhile:
    """An order that sleeps while the test does something to its container."""

    def __init__(self, sandbox: Sandbox, engine: docker.APIClient, **limits: Any) -> None:
        self.mark = new_mark()
        folders = {
            "/workspace": Folder(Tree({"f": b"1"}), writable=True),
            "/task": Folder(Tree({"issue.md": b"x"})),
            "/agent": Folder(Tree({"run": File(b"#!/bin/sh", executable=True)})),
        }
        command = ("/bin/sh", "-c", f"sleep 60; : {self.mark}")
        order = Order(command=command, folders=folders, limits=Limits(wall_seconds=90, **limits))
        self._ended: list[Exit | SandboxError] = []
        self._thread = threading.Thread(target=self._run, args=(sandbox, order))
        self._thread.start()
        assert until(lambda: alive(self.mark) != [], 60)
        (self.container,) = (one for one in ours(engine) if self._runs_in(engine, one))

    def end(self) -> Exit | SandboxError:
        """How the order ended, or what was raised."""
        self._thread.join(90)
        return self._ended[0]

    def _run(self, sandbox: Sandbox, order: Order) -> None:
        try:
            self._ended.append(sandbox.run(order))
        except SandboxError as error:
            self._ended.append(error)

    def _runs_in(self, engine: docker.APIClient, container: str) -> bool:
        try:
            listed = engine.top(container)["Processes"]
        except docker.errors.APIError:
            return False
        return any(self.mark in " ".join(line) for line in listed)
