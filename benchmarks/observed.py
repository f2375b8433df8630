"""What the tests of a tree give, seen from outside: no task, no verdict."""

import re
import secrets
from collections.abc import Mapping, Sequence

from benchmarks.grade import tests_order
from benchmarks.junit import ReportError, outcomes
from benchmarks.protected import is_protected
from sandbox.base import Sandbox
from sandbox.tree import Tree

_TEST_MODULE = re.compile(r"test_.*\.py|.*_test\.py")


def observed(tree: Tree, tests: Sequence[str], sandbox: Sandbox, seconds: float) -> Mapping[str, str] | None:
    """Outcomes by node id of `tests` (files or node ids); None if there is no whole report in `seconds`.

    Raises:
        SandboxError: the sandbox broke.
    """
    nonce = secrets.token_hex(8)
    options = ("--continue-on-collection-errors", *tests)
    ended = sandbox.run(tests_order(tree, options, sandbox.python, nonce, seconds))
    report = ended.folders.get("/out", Tree()).get(f"{nonce}.xml")
    if ended.how != "exited" or report is None:
        return None
    try:
        return outcomes(report.data)
    except ReportError:
        return None


def test_modules(tree: Tree) -> tuple[str, ...]:
    """The files of `tree` that pytest would collect by their names."""
    return tuple(filter(is_test_module, tree))


def is_test_module(path: str) -> bool:
    """Whether pytest would collect a file by this name."""
    return is_protected(path) and _TEST_MODULE.fullmatch(path.rpartition("/")[2]) is not None
