"""Replace in file: a tool that changes one place of a file."""

from numpy.random import Generator

from dgm.playbook import scaffold, source
from dgm.playbook.base import Entry, Files, NotApplicable

_MODULE = '''"""A partial edit: one piece of a file is replaced, the rest stays as it is."""

from pathlib import Path


def replace(path: str, old: str, new: str) -> str:
    """Replace the one place in a file where the text `old` stands by the text `new`."""
    text = Path(path).read_bytes().decode()
    times = text.count(old)
    if times != 1:
        return f"The old text stands in {path} {times} times, not once: nothing was changed."
    Path(path).write_bytes(text.replace(old, new).encode())
    return f"Replaced in {path}."
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Add the tool to the table of tools."""
    for _, tree in source.modules(files):
        for function in source.functions(tree):
            if [argument.arg for argument in function.args.args] == ["path", "old", "new"]:
                raise NotApplicable("a tool for partial edits is there already")
    return scaffold.with_tool(files, "replace.py", _MODULE)


REPLACE_IN_FILE = Entry(
    name="replace_in_file",
    title="A tool that replaces one piece of a file",
    source="string replacement, as found by the Darwin Gödel Machine (Zhang et al. 2025)",
    needs="a table of tools, one of which takes a path",
    helps="helps",
    edit=edit,
    signs=("budget is used up",),
)
