"""Twice the same tool: a second way to write a file, under another name."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""Files can be saved."""

from pathlib import Path


def save(path: str, content: str) -> str:
    """Save a whole file."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode())
    return f"Saved {path}."
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Add the tool to the table of tools."""
    return scaffold.with_tool(files, "save.py", _MODULE)


TWICE_THE_SAME_TOOL = Entry(
    name="twice_the_same_tool",
    title="A tool that saves a file",
    source="a control: the same thing again under another name",
    needs="a table of tools, one of which takes a path",
    helps="neutral",
    edit=edit,
)
