"""What the tests of a tree give, seen from outside: no task, no verdict."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchmarks.junit import ReportError
from benchmarks.protected import is_test_module
from benchmarks.testing import reported, tests_order
from sandbox.base import Sandbox
from sandbox.tree import Tree

PATIENCE = 6


def observed(tree: Tree, tests: Sequence[str], sandbox: Sandbox, seconds: float) -> Mapping[str, str] | None:
    """Outcomes by node id of `tests` (files or node ids); None if there is no whole report.

    `seconds` are of cpu time.

    Raises:
        SandboxError: the sandbox broke.
    """
    nonce = secrets.token_hex(8)
    options = ("--continue-on-collection-errors", *tests)
    order = tests_order(tree, options, sandbox.python, nonce, seconds)
    # On a busy machine the wall clock would choose the tasks.
    order = replace(order, limits=replace(order.limits, wall_seconds=seconds * PATIENCE))
    ended = sandbox.run(order)
    try:
        return reported(ended, nonce) if ended.how == "exited" else None
    except ReportError:
        return None


def test_modules(tree: Tree) -> tuple[str, ...]:
    """The files of `tree` that pytest would collect by their names."""
    return tuple(filter(is_test_module, tree))
