"""Repository map: the conversation begins with a list of files and what they define."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""A map: before the first word the model is told which files there are and what they define."""

import ast
from pathlib import Path

from {package} import {name} as {name}_unmapped

FILES = 60
SYMBOLS = 25


def {name}(role: str, system: str, user: str) -> str:
    """The conversation, with a map of the repository after the issue."""
    if role == "solve":
        user = f"{{user}}\\n\\nFiles of the repository, and what they define:\\n{{mapped(Path())}}"
    return {name}_unmapped(role, system, user)


def mapped(folder: Path) -> str:
    """One line for each Python file."""
    paths = [path for path in sorted(folder.rglob("*.py")) if not path.parts[0].startswith(".")]
    return "\\n".join(f"{{path}}: {{', '.join(defined(path)) or '-'}}" for path in paths[:FILES])


def defined(path: Path) -> list:
    """The names of a file's functions and classes, with their lines."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return []
    nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return [f"{{node.name}} (line {{node.lineno}})" for node in nodes[:SYMBOLS]]
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Put the map between the commands and the conversation."""
    return scaffold.wrapped(files, scaffold.converses, "map.py", _MODULE)


REPOSITORY_MAP = Entry(
    name="repository_map",
    title="Begin with a map of the repository's files and symbols",
    source="repository maps, as in Aider and SuperCoder2.0 (2024)",
    needs="a conversation that is imported by name",
    helps="neutral",
    edit=edit,
)
