"""What the repository's own tests say of a change."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from benchmarks.task import Task
from benchmarks.visible import Visible, visible
from sandbox.base import Sandbox
from sandbox.registry import open_sandbox
from sandbox.tree import Change, Tree
from tests.run.mini import task
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

OWN = b"from sums import add\n\ndef test_add():\n    assert add(2, 3) == 5\n\ndef test_nothing():\n    pass\n"
BROKEN = b"import no_such_module\n\ndef test_never():\n    pass\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE) as opened:
        yield opened


@pytest.fixture(scope="module")
def seen() -> Task:
    plain = task(0, "held_out")
    return replace(plain, repository=plain.repository.overlaid({"tests/test_own.py": OWN}))


def change(task_: Task, files: dict[str, bytes]) -> Change:
    return Change.between(task_.repository, task_.repository.overlaid(files))


def test_the_visible_tests_of_an_attempt_are_counted(sandbox: Sandbox, seen: Task) -> None:
    assert visible(seen, Change(Tree(), frozenset()), sandbox) == Visible(1, 1)
    assert visible(seen, seen.gold, sandbox) == Visible(2, 0)


def test_an_attempt_brings_no_tests_of_its_own(sandbox: Sandbox, seen: Task) -> None:
    more = {"tests/test_more.py": OWN, "tests/test_own.py": OWN + OWN.replace(b"test_", b"test_x_")}
    assert visible(seen, change(seen, more), sandbox) == Visible(1, 1)


def test_a_module_that_cant_be_read_leaves_the_others(sandbox: Sandbox, seen: Task) -> None:
    both = replace(seen, repository=seen.repository.overlaid({"tests/test_broken.py": BROKEN}))
    assert visible(both, seen.gold, sandbox) == Visible(2, 1)


def test_no_tests_and_no_report_are_nothing(sandbox: Sandbox, seen: Task) -> None:
    assert visible(task(0, "held_out"), seen.gold, sandbox) == Visible()
    quits = change(seen, {"sums.py": b"import os\nos._exit(0)\n"})
    assert visible(seen, quits, sandbox) == Visible()
