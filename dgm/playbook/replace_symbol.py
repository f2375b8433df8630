"""Replace symbol: a tool that replaces a whole function, method or class, found by its name."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""Edits by name: a whole function, method or class is replaced, found in the syntax tree."""

import ast
import textwrap
from pathlib import Path


def replace_symbol(path: str, symbol: str, code: str) -> str:
    """Replace a function, `Class.method` or class of a Python file by new code."""
    text = Path(path).read_bytes().decode()
    node = find(ast.parse(text), symbol.split("."))
    if node is None:
        return f"There is no {symbol} in {path}: nothing was changed."
    lines = text.splitlines(keepends=True)
    first = min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])
    new = textwrap.indent(textwrap.dedent(code).strip("\\n"), " " * node.col_offset) + "\\n"
    changed = "".join(lines[: first - 1]) + new + "".join(lines[node.end_lineno :])
    ast.parse(changed)
    Path(path).write_bytes(changed.encode())
    return f"Replaced {symbol} in {path}."


def find(node, names):
    """The definition that the names lead to, or None."""
    for name in names:
        inside = getattr(node, "body", [])
        node = next((inner for inner in inside if getattr(inner, "name", "") == name), None)
    return node
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Add the tool to the table of tools."""
    return scaffold.with_tool(files, "symbols.py", _MODULE)


REPLACE_SYMBOL = Entry(
    name="replace_symbol",
    title="A tool that replaces a whole function or class by its name",
    source="whole-symbol replacement in the syntax tree, as in SuperCoder2.0 (2024)",
    needs="a table of tools, one of which takes a path",
    helps="helps",
    edit=edit,
)
