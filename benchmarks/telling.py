"""An issue out of what somebody said and of the inputs that go wrong."""

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.leaks import leaks
from benchmarks.reproduction import Reproduction, reproduction
from benchmarks.task import Task
from benchmarks.testcase import case_of
from sandbox.base import Sandbox
from sandbox.tree import Tree

MAX_TOLD = 3
"""Failing inputs that an issue shows."""
FEWEST_WORDS = 3
_TRIED = 8


def issue(
    told: str, task: Task, trees: tuple[Tree, Tree], listed: Sequence[str], sandbox: Sandbox
) -> str | None:
    """What was said of a step and gives nothing away, and inputs that go wrong; None if both are too little.

    `trees` are the repository before and after, with the hidden tests; `listed` all their node ids in order.

    Raises:
        SandboxError: the sandbox broke.
    """
    told = _harmless(told, task)
    shown = _reproductions(task.fail_to_pass, listed, trees, sandbox)
    shown = [one for one in shown if not leaks(replace(task, issue=one.issue))]
    if not shown and len(told.split()) < FEWEST_WORDS:
        return None
    if not told:
        return "\n".join(one.issue for one in shown)
    scripts = (one.issue.partition("\n\n")[2] for one in shown)
    return "\n\n".join(("# " + told, *(script.strip() for script in scripts))) + "\n"


def _harmless(told: str, task: Task) -> str:
    """The paragraphs of `told` that give nothing away."""
    parts = [part.strip() for part in told.split("\n\n") if part.strip()]
    return "\n\n".join(part for part in parts if not leaks(replace(task, issue=part)))


def _reproductions(
    failing: Sequence[str], listed: Sequence[str], trees: tuple[Tree, Tree], sandbox: Sandbox
) -> list[Reproduction]:
    old, new = trees
    found: dict[str, Reproduction] = {}
    for test in failing[:: max(1, len(failing) // _TRIED)][:_TRIED]:
        if len(found) == MAX_TOLD:
            break
        case = case_of(test, listed, new)
        one = case and reproduction(case, new, old, sandbox)
        if one:
            found.setdefault(one.script, one)
    return list(found.values())
