"""Does an issue give the repair away? Its words are compared with what only the patch holds."""

import re

from benchmarks.task import Task
from sandbox.tree import Tree

LONG_LINE = 12
"""Characters from which on a line that issue and patch share is no accident."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{3,}")
_MADE_UP = re.compile(r"_|[0-9]|[a-z][A-Z]")
"""What tells a name from a word; words are names only where they are quoted as code."""
_QUOTED = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_CODE = re.compile(r"[^\w\s]|_")


def leaks(task: Task) -> tuple[str, ...]:
    """What of the issue gives away how `task` is repaired or tested, each told in a line."""
    issue = _squeezed(task.issue)
    added = _added(task)
    lines = dict.fromkeys(
        line for line in added if len(line) >= LONG_LINE and _CODE.search(line) and line in issue
    )
    code = " ".join(_QUOTED.findall(task.issue))
    told = {name for name in _NAME.findall(task.issue) if _MADE_UP.search(name)} | set(_NAME.findall(code))
    known = _names(task.repository) | _names(task.hidden)
    names = sorted({name for line in added for name in _NAME.findall(line) if name in told} - known)
    tests = {test.rpartition("::")[2].partition("[")[0] for test in task.fail_to_pass}
    return (
        *(f"line of the patch: {line[:120]}" for line in lines),
        *(f"name that only the patch has: {name}" for name in names),
        *(f"name of a hidden test: {name}" for name in sorted(tests & told)),
    )


def _added(task: Task) -> list[str]:
    """Lines that the repair writes and the repository has not, without their indentation."""
    written = dict.fromkeys(_lines(task.gold.written))
    there = set(_lines(task.repository))
    return [line for line in written if line not in there]


def _lines(tree: Tree) -> list[str]:
    return [_squeezed(line) for path in tree for line in tree.text(path).splitlines()]


def _names(tree: Tree) -> set[str]:
    return {name for path in tree for name in _NAME.findall(tree.text(path))}


def _squeezed(text: str) -> str:
    return " ".join(text.split())
