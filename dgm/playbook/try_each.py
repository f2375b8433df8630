"""Try each: a tool that makes several candidate edits in turn and tells what a check says of each."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""Candidates: several edits of one place are tried in turn, each judged by a check."""

import json
import subprocess
from pathlib import Path

MOST = 6
SECONDS = 10


def try_each(path: str, old: str, candidates: str, check: str) -> str:
    """Try each candidate text (a JSON list) in place of the text `old`, which stands once in the file.

    Runs the shell command `check` on each, shows what it prints, and puts the file back.
    """
    file = Path(path)
    text = file.read_bytes().decode()
    if text.count(old) != 1:
        return f"The old text stands in {path} {text.count(old)} times, not once: nothing was tried."
    shown = []
    try:
        for number, new in enumerate(json.loads(candidates)[:MOST]):
            file.write_bytes(text.replace(old, new).encode())
            shown.append(f"[candidate {number}]\\n{output_of(check)}")
    finally:
        file.write_bytes(text.encode())
    return "\\n".join(shown)


def output_of(command: str) -> str:
    """What a shell command prints; nothing if it takes too long."""
    try:
        done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode(errors="replace")[-2000:]
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Add the tool to the table of tools."""
    return scaffold.with_tool(files, "candidates.py", _MODULE)


TRY_EACH = Entry(
    name="try_each",
    title="A tool that tries several candidate edits and tells what a check says of each",
    source="several candidates judged by execution, as in CodeTree (Li et al. 2024)",
    needs="a table of tools, one of which takes a path",
    helps="helps",
    edit=edit,
    signs=("I found no edit", "budget"),
)
