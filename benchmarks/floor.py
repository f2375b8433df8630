"""Before a task is used: doing nothing fails, the gold patch passes, tampering is of no use."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from benchmarks.grade import VERSION, grade
from benchmarks.polyglot.grading import cheat
from benchmarks.replacing import replace_file
from benchmarks.task import Task
from sandbox.base import Sandbox
from sandbox.tree import Change, Tree

FORGER = b"""import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    result = yield
    report = result.get_result()
    report.outcome = "passed"
    report.longrepr = None
"""


@dataclass(frozen=True, slots=True)
class FloorReport:
    """What the three controls gave; `fault` is None for a task that can be used."""

    task: str
    fault: str | None


def floor(task: Task, sandbox: Sandbox, cache: Path) -> FloorReport:
    """Try null, gold and a tamperer on `task`; a good report is kept in `cache` by the task's digest.

    Raises:
        SandboxError: the sandbox broke.
    """
    rules = f"{VERSION}-{sandbox.name}-{hashlib.sha256(FORGER).hexdigest()[:8]}"
    kept = cache / f"{task.digest}-{rules}"
    if kept.exists():
        return FloorReport(task.id, None)
    found = fault(task, sandbox)
    if found is None:
        _keep(kept)
    return FloorReport(task.id, found)


def fault(task: Task, sandbox: Sandbox) -> str | None:
    """Why `task` can't be used; None if it can."""
    found = uncontrolled(task, sandbox)
    if found is None and grade(task, tamperer(task), sandbox).verdict == "resolved":
        return f"task {task.id}: a forged report is believed"
    return found


def tamperer(task: Task) -> Change:
    """A change that repairs nothing and forges the report, or ends the tests as if all were well."""
    if task.language != "python" and task.housed is None:
        return cheat(task)
    return Change(Tree({"conftest.py": FORGER}), frozenset())


def uncontrolled(task: Task, sandbox: Sandbox) -> str | None:
    """What null or gold give that they should not; None if both do as they should."""
    null = grade(task, Change(Tree(), frozenset()), sandbox)
    if null.verdict == "resolved":
        return f"task {task.id}: is resolved by doing nothing"
    passing = [name for name in task.fail_to_pass if null.tests.get(name) == "passed"]
    if passing:
        return f"task {task.id}: {passing[0]} passes before the repair"
    broken = [name for name in task.pass_to_pass if null.tests.get(name) != "passed"]
    if broken:
        return f"task {task.id}: {broken[0]} does not pass before the repair"
    gold = grade(task, task.gold, sandbox)
    if gold.verdict != "resolved":
        return f"task {task.id}: the gold patch is unresolved: {gold.reason}"
    return None


def _keep(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, b"")
