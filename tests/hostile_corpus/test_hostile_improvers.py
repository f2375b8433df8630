"""Agents that cheat while they rewrite themselves: what they leave is refused, or a child like any other."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from corpus import Attack, armed, each, hold
from scene import scene

from dgm.admission import Rules
from dgm.gateway import Allowance, Gateway, Unbounded
from dgm.models.scripted import Say, Scripted
from dgm.session import Session, Terms
from dgm.worker import Offspring, Rewrite, Worker
from sandbox.base import Limits, Sandbox
from sandbox.tree import Tree

SEED = Tree.from_folder(Path(__file__).resolve().parents[2] / "seed_agent")
LIMITS = Limits(wall_seconds=20.0, cpu_seconds=20.0, memory_mib=256, processes=64, disk_mib=32, entries=5000)
EVIDENCE = Tree(
    {
        "scores.json": b'{"agent": "a1", "split": "search", "resolved": 0, "attempted": 1}',
        "tasks/one/issue.md": b"add is wrong",
        "tasks/one/patch.diff": b"-    return a - b\n+    return b - a\n",
    }
)

CHECKS: Mapping[str, Callable[[Offspring, Any], bool]] = {
    "refused": lambda seen, wanted: re.search(wanted, seen.objection or "") is not None,
    "admitted": lambda seen, wanted: (seen.objection is None) == wanted,
    "summary": lambda seen, wanted: re.search(wanted, seen.summary) is not None,
    "never_says": lambda seen, wanted: re.search(wanted, seen.summary) is None,
    "summary_at_most": lambda seen, wanted: len(seen.summary) <= wanted,
    "changed": lambda seen, wanted: seen.change is not None and sorted(seen.change.paths) == wanted,
}


def rewritten(attack: Attack, sandbox: Sandbox, mark: str) -> Offspring:
    """The child of a parent whose way to improve itself is the attack."""
    commands = f'solve = ["python3", "-m", "agent", "solve"]\nimprove = ["python3", "hostile.py", "{mark}"]\n'
    parent = SEED.overlaid(attack.tree).overlaid({"agent.toml": f"[commands]\n{commands}".encode()})
    with Gateway() as gateway:
        worker = Worker(Session(sandbox, gateway), {"m": Scripted([Say("hi")])})
        terms = Terms(attack.bounds(LIMITS), Allowance(10, 100_000), 1)
        rewrite = Rewrite(parent, EVIDENCE, "m", frozenset([parent.hash, SEED.hash]), Rules(), terms)
        found = worker.carry_out(rewrite, Unbounded())
    assert isinstance(found, Offspring)
    return found


@each("improvers")
def test_a_hostile_improver(attack: Attack, sandbox: Sandbox) -> None:
    armed(attack, sandbox)
    with scene() as host:
        seen = rewritten(attack, sandbox, host.mark)
        hold(attack, sandbox, seen, CHECKS)
        host.untouched()
        host.nothing_left()
    assert not any("__pycache__" in path for path in seen.tree or ())
