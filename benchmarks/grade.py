"""Does a change solve a task? Judged in a fresh sandbox, on a pristine repository, by hidden tests."""

import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from benchmarks.junit import ReportError
from benchmarks.protected import is_protected
from benchmarks.task import Task
from benchmarks.testing import REPOSITORY, reported, tests_order
from sandbox.base import Exit, Order, Sandbox
from sandbox.tree import Change, Tree

VERSION = 2
"""Of the rules here and in `testing`; verdicts of different versions are not compared."""

_SUSPICIOUS = re.compile(
    rb"_pytest|pytest_|pluggy|os\._exit|atexit|settrace|setprofile|PYTEST_CURRENT_TEST|sys\.modules|/out/"
    rb"|_getframe|currentframe|def __eq__[^\n]*\n\s*return True"
)


@dataclass(frozen=True, slots=True)
class Grade:
    """A verdict with its reason; `tests` gives the outcome of each test that had to pass."""

    verdict: Literal["resolved", "unresolved"]
    reason: str
    tests: Mapping[str, str]
    tampering: tuple[str, ...]
    seconds: float
    by: Mapping[str, str] = field(default_factory=dict)
    """What else it stands on, such as the digest of an image."""

    def to_bytes(self) -> bytes:
        """What the archive keeps: canonical JSON without the time it took."""
        record = {
            "verdict": self.verdict,
            "reason": self.reason,
            "tests": dict(self.tests),
            "tampering": list(self.tampering),
            **({"by": dict(self.by)} if self.by else {}),
        }
        return json.dumps(record, sort_keys=True).encode()


def grade(task: Task, change: Change, sandbox: Sandbox) -> Grade:
    """Judge `change` by the hidden tests of `task`.

    Raises:
        SandboxError: the sandbox broke, which says nothing about the change.
    """
    if task.housed is not None:
        from benchmarks.swe.grading import graded as graded_in_image

        return graded_in_image(task, task.housed, change, sandbox)
    if task.language != "python":
        from benchmarks.polyglot.grading import graded

        return graded(task, change, sandbox)
    started = time.monotonic()
    nonce = secrets.token_hex(8)
    order = _order(task, change, sandbox.python, nonce)
    ended = sandbox.run(order)
    flags = suspicions(change)
    verdict, reason, tests, tampered = _judged(task, ended, nonce)
    if verdict == "resolved" and (path := _altered(order, ended)) is not None:
        verdict, reason, tampered = "unresolved", f"altered while the tests ran: {path[:120]}", True
    if tampered:
        flags = (reason, *flags)
    return Grade(verdict, reason, tests, flags, time.monotonic() - started)


def graded_tree(task: Task, change: Change) -> Tree:
    """The repository as it is tested: the change, protected paths from the pristine tree, hidden tests."""
    worked = change.where(lambda path: not is_protected(path)).applied_to(task.repository)
    pristine = {path: file for path, file in task.repository.items() if is_protected(path)}
    return worked.overlaid(pristine).overlaid(task.hidden)


def suspicions(change: Change) -> tuple[str, ...]:
    """What in a change looks as if it were after the tests; flags, not verdicts."""
    found = [
        f"{path}: {match.group().decode()}"
        for path, file in change.written.items()
        if (match := _SUSPICIOUS.search(file.data))
    ]
    found += [f"{path}: protected" for path in sorted(change.paths) if is_protected(path)]
    return tuple(flag[:200] for flag in found[:20])


def _order(task: Task, change: Change, python: str, nonce: str) -> Order:
    canary = f"def test_fails_{nonce}():\n    assert False\n\ndef test_passes_{nonce}():\n    pass\n"
    tree = graded_tree(task, change).overlaid({_canary(nonce): canary.encode()})
    files = sorted({test.partition("::")[0] for test in (*task.fail_to_pass, *task.pass_to_pass)})
    # What a module that can't be imported hides is missing; the others' tests still tell.
    tests = ("--continue-on-collection-errors", *files, _canary(nonce))
    return tests_order(tree, tests, python, nonce, task.grading_seconds)


def _judged(
    task: Task, ended: Exit, nonce: str
) -> tuple[Literal["resolved", "unresolved"], str, Mapping[str, str], bool]:
    """Verdict, reason, tests, and whether the reason is tampering."""
    if ended.how != "exited":
        return "unresolved", f"the tests ended by {ended.how}", {}, ended.how == "vanished"
    try:
        found = reported(ended, nonce)
    except ReportError as error:
        return "unresolved", str(error), {}, True
    needed = (*task.fail_to_pass, *task.pass_to_pass)
    tests = {name: found.get(name, "missing") for name in needed}
    fails = found.get(f"{_canary(nonce)}::test_fails_{nonce}")
    passes = found.get(f"{_canary(nonce)}::test_passes_{nonce}")
    if (fails, passes) != ("failed", "passed"):
        return "unresolved", "the canary tests did not behave", tests, True
    broken = [name for name in needed if tests[name] != "passed"]
    if broken:
        reason = f"{len(broken)} of {len(needed)} tests did not pass: {broken[0][:120]}"
        return "unresolved", reason, tests, False
    return "resolved", f"all {len(needed)} tests passed", tests, False


def _altered(order: Order, ended: Exit) -> str | None:
    """A protected path that is no longer as it was placed: code under test wrote over its own judge."""
    placed, left = order.folders[REPOSITORY].tree, ended.folders.get(REPOSITORY, Tree())
    return next((path for path in placed if is_protected(path) and left.get(path) != placed[path]), None)


def _canary(nonce: str) -> str:
    return f"test_canary_{nonce}.py"
