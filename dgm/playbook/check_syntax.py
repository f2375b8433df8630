"""Check syntax: an edit that leaves Python unreadable says so at once."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""A check of syntax: after an edit the file is parsed, and an error is told with the result."""

import ast
import json
from pathlib import Path

from {package} import {name} as {name}_unchecked


def {name}(call: dict) -> str:
    """Use a tool; after an edit of a Python file, tell whether it still parses."""
    shown = {name}_unchecked(call)
    try:
        path = json.loads(call["function"]["arguments"]).get("path", "")
        if path.endswith(".py") and Path(path).exists():
            ast.parse(Path(path).read_bytes(), path)
    except SyntaxError as error:
        shown += f"\\n[syntax error in line {{error.lineno}}: {{error.msg}}]"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return shown
    return shown
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Put the check between the conversation and the tools."""
    return scaffold.wrapped(files, scaffold.uses_tools, "syntax.py", _MODULE)


CHECK_SYNTAX = Entry(
    name="check_syntax",
    title="Tell at once when an edit breaks the syntax",
    source="a linter with each edit, as in SWE-agent (Yang et al. 2024)",
    needs="a function that carries out a tool call and is imported by name",
    helps="neutral",
    edit=edit,
    signs=("SyntaxError",),
)
