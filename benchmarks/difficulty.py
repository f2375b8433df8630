"""How hard a task is to solve, as far as the size of its repair and what its issue tells can say."""

import difflib
from typing import Literal

from benchmarks.task import Task

Difficulty = Literal["easy", "medium", "hard"]
SMALL, LARGE = 2, 12
"""Changed lines: up to `SMALL` cost no point, more than `LARGE` two."""


def difficulty(task: Task) -> Difficulty:
    """A point each for a repair of several places, of several files, of more lines, an issue without code."""
    places, lines = 0, 0
    after = task.gold.applied_to(task.repository)
    for path in task.gold.paths:
        old = task.repository.text(path).splitlines() if path in task.repository else []
        new = after.text(path).splitlines() if path in after else []
        for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                places += 1
                lines += max(b - a, d - c)
    points = (lines > SMALL) + (lines > LARGE) + (places > 1) + (len(task.gold.paths) > 1)
    points += "```" not in task.issue
    return "easy" if points == 0 else "medium" if points < 3 else "hard"
