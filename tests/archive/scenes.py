"""A small run, known in advance: what its archive is told, step by step."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.base import Archive
from archive.events import (
    AgentId,
    Asked,
    Born,
    Called,
    Digest,
    Event,
    Failed,
    Paused,
    Probed,
    Rejected,
    Reserved,
    Resumed,
    Retried,
    Scored,
    Started,
    Stopped,
    TaskId,
    Usage,
    Vetoed,
)
from archive.memory import MemoryArchive
from sandbox.tree import File, Tree

EPOCH = 1_700_000_000
SEED = Tree(
    {"agent.toml": b"[commands]\n", "agent/main.py": b"print(1)\n", "run": File(b"#!/bin/sh\n", True)}
)
USAGE = Usage(1, 100, 20, 350, 60)


@dataclass(frozen=True)
class Step:
    """An event, with what must be kept before it may be recorded."""

    event: Event
    blobs: tuple[bytes, ...] = ()
    tree: Tree | None = None


def child_of(parent: Tree, number: int) -> Tree:
    return parent.overlaid({"agent/main.py": b"print(%d)\n" % number, f"notes/{number}.md": b"why\n"})


def detail(verdict: str) -> bytes:
    return json.dumps({"verdict": verdict, "reason": "", "tests": {"t::a": "passed"}}).encode()


def miniature(rounds: int = 2) -> list[Step]:
    """Every kind of event, `rounds` times but for the start."""
    return list(_miniature(MemoryArchive(EPOCH), rounds))


def _miniature(twin: MemoryArchive, rounds: int) -> Iterator[Step]:
    config = twin.put(b"seed = 1\n")
    started = Started("first", 1, EPOCH, config, "kata", "d1", {"dgm": "0.1.0"})
    yield Step(started, (b"seed = 1\n",))
    twin.record(started)
    root = twin.commit(0, (), SEED, "seed agent", 0)
    born = Born(0, root, 0, (), SEED.hash, twin.put(b"seed agent"))
    twin.record(born)
    yield Step(born, (b"seed agent",), SEED)
    parent, tree, ticket = root, SEED, 0
    for _ in range(rounds):
        tree = child_of(tree, ticket + 1)
        parent_before, ticket = parent, ticket + 1
        parent = twin.commit(ticket, (parent_before,), tree, f"child {ticket}", ticket)
        asked = Asked(ticket, "expand", "search", 1000, {"draw": 0.5}, parents=(parent_before,))
        twin.record(asked)
        yield Step(asked)
        yield Step(Reserved(ticket, 1, 1, 400))
        yield Step(Called(ticket, 1, 1, "improve", "offline", "a" * 64, "b" * 64, USAGE))
        yield Step(Retried(ticket, 1, "ours", "the engine went away", 1000))
        yield Step(Called(ticket, 2, 1, "improve", "offline", "a" * 64, "b" * 64, USAGE))
        summary = f"made it {ticket}".encode()
        born = Born(ticket, parent, ticket, (parent_before,), tree.hash, twin.put(summary), usage=USAGE)
        twin.record(born)
        yield Step(born, (summary,), tree)
        for verdict in ("resolved", "unresolved"):
            ticket += 1
            yield Step(
                Asked(ticket, "evaluate", "search", 0, {}, agent=parent, task=TaskId(f"kata-{ticket}"))
            )
            patch, seen = f"patch {ticket}".encode(), detail(verdict)
            yield Step(scored(ticket, parent, verdict, twin.put(patch), twin.put(seen)), (patch, seen))
        ticket += 1
        yield Step(Asked(ticket, "expand", "search", 0, {}, parents=(parent,)))
        refused = f"refused {ticket}".encode()
        yield Step(Rejected(ticket, (parent,), None, "no change", twin.put(refused)), (refused,))
        ticket += 1
        yield Step(Asked(ticket, "expand", "search", 0, {}, parents=(parent,)))
        yield Step(Failed(ticket, "ours", "no space left"))
        yield Step(Stopped("interrupted", parent))
        yield Step(Resumed(config, {"dgm": "0.1.0"}))
    yield Step(Vetoed(root))
    yield Step(Paused())
    yield Step(Probed("offline", "offline", 3, "d" * 64, USAGE))


def scored(ticket: int, agent: AgentId, verdict: str, patch: Digest, seen: Digest) -> Scored:
    assert verdict in {"resolved", "unresolved"}
    task = TaskId(f"kata-{ticket}")
    return Scored(ticket, agent, task, "search", verdict, "", patch, seen)  # type: ignore[arg-type]


def play(archive: Archive, steps: Sequence[Step]) -> None:
    """Carry the run on from where the archive's journal ends."""
    for step in steps[len(archive.entries()) :]:
        take(archive, step)


def take(archive: Archive, step: Step) -> None:
    for blob in step.blobs:
        archive.put(blob)
    event = step.event
    if isinstance(event, Born):
        assert step.tree is not None
        message = f"child {event.ordinal}" if event.parents else "seed agent"
        agent = archive.commit(event.ordinal, event.parents, step.tree, message, event.ticket)
        assert agent == event.agent
    archive.record(event)
