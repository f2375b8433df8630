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
    # Bytes are cut into lines as the parser does it, texts at form feeds as well.
    lines = Path(path).read_bytes().splitlines(keepends=True)
    try:
        node = find(ast.parse(b"".join(lines)), symbol.split("."))
        if node is None:
            return f"There is no {symbol} in {path}: nothing was changed."
        first = min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])
        new = indented(code.strip("\\n"), lines[node.lineno - 1][: node.col_offset].decode()) + "\\n"
        changed = b"".join([*lines[: first - 1], new.encode(), *lines[node.end_lineno :]])
        ast.parse(changed)
    except SyntaxError as error:
        return f"{error.msg} in line {error.lineno}: nothing was changed."
    Path(path).write_bytes(changed)
    return f"Replaced {symbol} in {path}."


def find(node, names):
    """The definition that the names lead to, or None."""
    for name in names:
        inside = getattr(node, "body", [])
        node = next((inner for inner in inside if getattr(inner, "name", None) == name), None)
    return node


def indented(code, margin):
    """The code with that margin. What has it is left alone: a text of several lines may stand further out."""
    own = code[: len(code) - len(code.lstrip())]
    return code if own == margin else textwrap.indent(textwrap.dedent(code), margin)
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
