"""Ranged view: a tool that shows some lines of a file."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""A partial view: some lines of a file, for files too long to be shown whole."""

from pathlib import Path


def view_lines(path: str, start: str, end: str) -> str:
    """Show the lines `start` to `end` of a file, counted from 1, both included."""
    lines = Path(path).read_bytes().splitlines(keepends=True)
    shown = lines[max(1, int(start)) - 1 : max(0, int(end))]
    return b"".join(shown).decode() or f"{path} has {len(lines)} lines."
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Add the tool to the table of tools."""
    return scaffold.with_tool(files, "ranges.py", _MODULE)


RANGED_VIEW = Entry(
    name="ranged_view",
    title="A tool that shows a range of lines",
    source="better file viewing, as found by the Darwin Gödel Machine (Zhang et al. 2025)",
    needs="a table of tools, one of which takes a path",
    helps="helps",
    edit=edit,
    signs=("clipped:",),
)
