"""How a change fares by the tests that an agent could see: the repository's own, not the hidden ones."""

import re
import secrets
from dataclasses import dataclass, replace

from benchmarks.grade import graded_tree, tests_order
from benchmarks.junit import ReportError, outcomes
from benchmarks.task import Task
from sandbox.base import Sandbox
from sandbox.tree import Change, Tree

_TEST_MODULE = re.compile(r"(?:.*/)?(?:test_[^/]*|[^/]*_test)\.py")


@dataclass(frozen=True, slots=True)
class Visible:
    """Visible tests by outcome; both 0 where there are none, or no report came back."""

    passed: int = 0
    other: int = 0


def visible(task: Task, change: Change, sandbox: Sandbox) -> Visible:
    """Run the repository's own tests, as they were, on `change` in a fresh sandbox.

    It chooses among attempts of one agent, and hidden tests judge the chosen one: a report that the change
    forges gains it nothing, so no canary stands guard here.

    Raises:
        SandboxError: the sandbox broke, which says nothing about the change.
    """
    modules = sorted(path for path in task.repository if _TEST_MODULE.fullmatch(path))
    if not modules:
        return Visible()
    nonce = secrets.token_hex(8)
    tree = graded_tree(replace(task, hidden=Tree()), change)
    tests = ("--continue-on-collection-errors", *modules)
    ended = sandbox.run(tests_order(tree, tests, sandbox.python, nonce, task.grading_seconds))
    report = ended.folders.get("/out", Tree()).get(f"{nonce}.xml")
    if report is None:
        return Visible()
    try:
        found = list(outcomes(report.data).values())
    except ReportError:
        return Visible()
    return Visible(found.count("passed"), len(found) - found.count("passed"))
