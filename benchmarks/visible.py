"""How a change fares by the tests that an agent could see: the repository's own, not the hidden ones."""

import secrets
from dataclasses import dataclass, replace

from benchmarks.grade import graded_tree
from benchmarks.junit import ReportError
from benchmarks.protected import is_test_module
from benchmarks.task import Task
from benchmarks.testing import reported, tests_order
from sandbox.base import Sandbox
from sandbox.tree import Change, Tree


@dataclass(frozen=True, slots=True)
class Visible:
    """Visible tests by outcome; both 0 where there are none, only an image can run them, or none is told."""

    passed: int = 0
    other: int = 0


def visible(task: Task, change: Change, sandbox: Sandbox) -> Visible:
    """Run the repository's own tests, as they were, on `change` in a fresh sandbox.

    It chooses among attempts of one agent, and hidden tests judge the chosen one: a report that the change
    forges gains it nothing, so no canary stands guard here.

    Raises:
        SandboxError: the sandbox broke, which says nothing about the change.
    """
    modules = [path for path in task.repository if is_test_module(path)]
    if not modules or task.housed is not None:
        return Visible()
    nonce = secrets.token_hex(8)
    tree = graded_tree(replace(task, hidden=Tree()), change)
    tests = ("--continue-on-collection-errors", *modules)
    ended = sandbox.run(tests_order(tree, tests, sandbox.python, nonce, task.grading_seconds))
    try:
        found = list(reported(ended, nonce).values())
    except ReportError:
        return Visible()
    return Visible(found.count("passed"), len(found) - found.count("passed"))
