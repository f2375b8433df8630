"""An agent's work as swebench's harness takes it: the part of a change that is graded, as a patch."""

from benchmarks.patches import patch_of
from benchmarks.protected import is_protected
from benchmarks.task import Task
from sandbox.tree import Change


def graded_part(task: Task, change: Change) -> Change:
    """`change` without what decides how tests run, but for what the known repair of an image changes too."""
    allowed = task.gold.paths if task.housed is not None else frozenset[str]()
    return change.where(lambda path: not is_protected(path) or path in allowed)


def prediction(task: Task, change: Change) -> bytes:
    """The patch that is graded; empty if there is nothing to grade.

    Raises:
        PatchError: no text can carry it.
    """
    return patch_of(task.repository, graded_part(task, change))
