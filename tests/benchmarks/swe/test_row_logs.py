"""What swebench is asked about a log, without anything being run."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.swe.verdict import Unread, verdict
from benchmarks.task import Housed, Task
from sandbox.tree import Change, Tree

pytestmark = pytest.mark.docker  # where swebench is installed

HOUSED = Housed(
    "sha256:a", "/testbed", Path("none"), frozenset(), 1, "", "parse_log_pytest", "pass_and_fail", "a/b", "1"
)
TASK = Task(
    "a__b-1",
    "search",
    "",
    Tree(),
    Change(Tree(), frozenset()),
    Tree(),
    ("t.py::a",),
    ("t.py::b[two  words]",),
)
LOG = """>>>>> Start Test Output
PASSED t.py::a
{} t.py::b[two  words]{}
FAILED t.py::canary - assert False
>>>>> End Test Output
>>>>> Test Exit Code: 1
"""


def test_ids_with_spaces_are_read_whole() -> None:
    found = verdict(TASK, HOUSED, LOG.format("PASSED", ""), ["t.py::canary"])
    assert (found.resolved, found.by_whole_ids) == (False, True)
    assert (found.tests, found.canaries) == (
        {"t.py::a": "passed", "t.py::b[two  words]": "passed"},
        {"t.py::canary": "FAILED"},
    )
    failed = verdict(TASK, HOUSED, LOG.format("FAILED", " - assert 1 == 2"))
    assert (failed.by_whole_ids, failed.tests["t.py::b[two  words]"]) == (False, "failed")


def test_a_log_without_results_resolves_nothing() -> None:
    found = verdict(TASK, HOUSED, "PASSED t.py::a\nKilled\n")
    assert (found.resolved, found.parsed, found.tests) == (False, False, {})
    assert found.why == "out_of_memory"


def test_what_breaks_the_parser_is_told_and_not_raised_as_a_fault_of_ours() -> None:
    with pytest.raises(Unread, match="can't read the log: KeyError: 'parse_log_nobody'"):
        verdict(TASK, replace(HOUSED, log_parser="parse_log_nobody"), LOG)
