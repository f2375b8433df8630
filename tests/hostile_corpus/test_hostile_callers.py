"""Agents that attack the gateway: they pay for it themselves; another assignment is answered at once."""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from corpus import Attack, armed, each, hold
from scene import Scene, meanwhile, scene
from target import target
from test_hostile_agents import manifest

from dgm.gateway import Allowance, Call, Gateway, Line, Unbounded
from dgm.gateway.gateway import SOCKET
from dgm.models.scripted import Say, Scripted
from dgm.session import Session, Terms
from dgm.worker import Attempt, Graded, Worker
from sandbox.base import Limits, Sandbox

LIMITS = Limits(wall_seconds=60.0, cpu_seconds=60.0, memory_mib=256, processes=64, disk_mib=16)
ALLOWANCE = Allowance(calls=50, tokens=1_000_000)
ASK = json.dumps({"model": "solve", "messages": [{"role": "user", "content": "hi"}]}).encode()


@dataclass(frozen=True, slots=True)
class Seen:
    """What an attack on the gateway came to; `waits` are the seconds each call of the other line took."""

    found: Graded
    calls: int
    waits: list[float]
    others_calls: int


CHECKS: Mapping[str, Callable[[Seen, Any], bool]] = {
    "how": lambda seen, wanted: re.fullmatch(wanted, str(seen.found.ending["how"])) is not None,
    "says": lambda seen, wanted: re.search(wanted, str(seen.found.ending["output"])) is not None,
    "never_says": lambda seen, wanted: re.search(wanted, str(seen.found.ending["output"])) is None,
    "calls": lambda seen, wanted: seen.calls == wanted == seen.found.usage.calls,
    "answers_others_within_seconds": lambda seen, wanted: len(seen.waits) > 0 and max(seen.waits) <= wanted,
    "others_pay_nothing": lambda seen, wanted: (seen.others_calls == len(seen.waits)) == wanted,
}


def called(line: Line) -> int:
    """Ask once over the line's socket; the status of the answer."""
    with closing(socket.socket(socket.AF_UNIX)) as client:
        client.settimeout(30)
        client.connect(str(line.folder / SOCKET))
        head = f"POST /v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer {line.token}\r\n"
        client.sendall(f"{head}Content-Length: {len(ASK)}\r\n\r\n".encode() + ASK)
        answer = b""
        while part := client.recv(65536):
            answer += part
    return int(answer.split()[1])


@contextmanager
def calling(line: Line) -> Iterator[list[float]]:
    """Another assignment that goes on asking; tells how long each answer took."""
    waits: list[float] = []

    def ask() -> None:
        began = time.monotonic()
        answered = called(line) == 200
        waits.append(time.monotonic() - began if answered else float("inf"))

    with meanwhile(ask, 0.1):
        yield waits


def attempted(attack: Attack, sandbox: Sandbox, host: Scene) -> Seen:
    """The attack, told token and socket of another assignment that is under way."""
    agent = attack.tree.overlaid({"agent.toml": manifest(host.mark)})
    model = Scripted([Say("hi")])
    mine: list[Call] = []
    plenty = Allowance(10_000, 10_000_000)
    with (
        Gateway(deadline_seconds=2.0) as gateway,
        gateway.line(models={"solve": model}, allowance=plenty, seed=1, books=Unbounded()) as other,
        calling(other) as waits,
    ):
        worker = Worker(Session(sandbox, gateway), {"m": model})
        told = host.told(other_socket=str(other.folder / SOCKET), other_token=other.token)
        terms = Terms(attack.bounds(LIMITS), ALLOWANCE, 1)
        found = worker.carry_out(Attempt(agent, target(told), "m", terms), Unbounded(mine.append))
    assert isinstance(found, Graded)
    return Seen(found, len(mine), waits, other.usage.calls)


@each("callers")
def test_a_hostile_caller(attack: Attack, sandbox: Sandbox) -> None:
    armed(attack, sandbox)
    with scene() as host:
        seen = attempted(attack, sandbox, host)
        hold(attack, sandbox, seen, CHECKS)
        assert seen.found.grade.verdict == "unresolved"
        host.untouched()
        host.nothing_left()
