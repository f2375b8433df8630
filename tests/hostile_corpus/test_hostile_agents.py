"""Agents that attack the host, the collector or the grader while they solve: their own failure, in time."""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from corpus import Attack, armed, each, hold
from scene import Scene, meanwhile, scene
from target import NONCE, TARGET, target

from dgm.gateway import Allowance, Gateway, Unbounded
from dgm.models.scripted import Say, Scripted
from dgm.session import Session, Terms
from dgm.worker import Attempt, Graded, Worker
from sandbox.base import Limits, Sandbox
from sandbox.tree import Tree

LIMITS = Limits(
    wall_seconds=20.0,
    cpu_seconds=20.0,
    memory_mib=256,
    processes=64,
    disk_mib=32,
    entries=5000,
    output_bytes=2**20,
    collected_bytes=16 * 2**20,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an attempt came to; `reached` tells whether the host could connect to what the agent opened."""

    found: Graded
    reached: bool
    seconds: float

    @property
    def output(self) -> str:
        return str(self.found.ending["output"])

    @property
    def breaches(self) -> str:
        return "\n".join(str(self.found.ending["breaches"]).split("', '"))


CHECKS: Mapping[str, Callable[[Seen, Any], bool]] = {
    "verdict": lambda seen, wanted: seen.found.grade.verdict == wanted,
    "how": lambda seen, wanted: re.fullmatch(wanted, str(seen.found.ending["how"])) is not None,
    "says": lambda seen, wanted: re.search(wanted, seen.output) is not None,
    "never_says": lambda seen, wanted: re.search(wanted, seen.output) is None,
    "breaches": lambda seen, wanted: all(re.search(one, seen.breaches) for one in wanted),
    "collected": lambda seen, wanted: seen.found.ending["collected"] == wanted,
    "changed": lambda seen, wanted: sorted(seen.found.change.paths) == wanted,
    "within_seconds": lambda seen, wanted: seen.seconds <= wanted,
    "reached": lambda seen, wanted: seen.reached == wanted,
}


def manifest(mark: str) -> bytes:
    """An agent whose processes bear `mark`."""
    command = json.dumps(["python3", "solve.py", mark])
    return f"[commands]\nsolve = {command}\nimprove = {command}\n".encode()


@contextmanager
def knocking(port: int) -> Iterator[list[bool]]:
    """Tries all the while to connect to a port of this machine's loopback; tells when it could."""
    reached: list[bool] = []

    def knock() -> None:
        with socket.socket() as client:
            client.settimeout(0.2)
            if client.connect_ex(("127.0.0.1", port)) == 0:
                reached.append(True)

    with meanwhile(knock, 0.05):
        yield reached


def attempted(attack: Attack, sandbox: Sandbox, host: Scene) -> Seen:
    """The agent's attempt at the target, told all about the host."""
    agent = attack.tree.overlaid({"agent.toml": manifest(host.mark)})
    began = time.monotonic()
    with Gateway() as gateway, knocking(host.free_port) as reached:
        worker = Worker(Session(sandbox, gateway), {"m": Scripted([Say("hi")])})
        terms = Terms(attack.bounds(LIMITS), Allowance(10, 100_000), 1)
        found = worker.carry_out(Attempt(agent, target(host.told()), "m", terms), Unbounded())
    assert isinstance(found, Graded)
    return Seen(found, bool(reached), time.monotonic() - began)


@each("agents")
def test_a_hostile_agent(attack: Attack, sandbox: Sandbox) -> None:
    armed(attack, sandbox)
    with scene() as host:
        seen = attempted(attack, sandbox, host)
        hold(attack, sandbox, seen, CHECKS)
        host.untouched()
        host.nothing_left()
    told = json.dumps([seen.output, seen.breaches, [*seen.found.change.paths]])
    assert host.secret not in told
    assert NONCE not in told
    assert host.secret.encode() not in seen.found.change.to_bytes()


def test_an_honest_agent_resolves(sandbox: Sandbox) -> None:
    mends = "open('/workspace/sums.py', 'w').write('def add(a, b):\\n    return a + b\\n')\n"
    with scene() as host, Gateway() as gateway:
        agent = Tree({"agent.toml": manifest(host.mark), "solve.py": mends.encode()})
        worker = Worker(Session(sandbox, gateway), {"m": Scripted([Say("hi")])})
        terms = Terms(LIMITS, Allowance(1, 100), 1)
        found = worker.carry_out(Attempt(agent, TARGET, "m", terms), Unbounded())
    assert isinstance(found, Graded)
    assert found.grade.verdict == "resolved"
