"""Traceback source: an error's result shows the lines of the repository that it went through."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""Localisation: where a result holds a traceback, the source around its last places is shown."""

import re
from pathlib import Path

from {package} import {name} as {name}_bare

PLACE = re.compile(r'File "([^"<\\n\\0]{{1,300}})", line (\\d{{1,6}})\\b')
PLACES, AROUND = 3, 4


def {name}(call: dict) -> str:
    """Use a tool; what a traceback points at is shown as well."""
    shown = {name}_bare(call)
    for path, line in PLACE.findall(shown)[-PLACES:]:
        if Path.cwd() in Path(path).resolve().parents:
            shown += f"\\n[{{path}}, around line {{line}}]\\n{{around(Path(path), int(line))}}"
    return shown


def around(path: Path, line: int) -> str:
    """The lines of a file around one of them."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, ValueError):
        return ""
    first = max(0, line - 1 - AROUND)
    shown = enumerate(lines[first : line + AROUND], first + 1)
    return "\\n".join(f"{{number}}: {{text}}" for number, text in shown)
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Put the source between the conversation and the tools."""
    return scaffold.wrapped(files, scaffold.uses_tools, "tracebacks.py", _MODULE)


TRACEBACK_SOURCE = Entry(
    name="traceback_source",
    title="Show the source that a traceback goes through",
    source="traceback-driven localisation, common practice",
    needs="a function that carries out a tool call and is imported by name",
    helps="neutral",
    edit=edit,
    signs=("Traceback",),
)
