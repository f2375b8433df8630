"""Try each: a tool that makes several candidate edits in turn and tells what a check says of each."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""Candidates: several edits of one place are tried in turn, each judged by a check."""

import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path

MOST = 6
SECONDS = 10
SHOWN = 2000


def try_each(path: str, old: str, candidates: str, check: str) -> str:
    """Try each candidate text (a JSON list) in place of the text `old`, which stands once in the file.

    Runs the shell command `check` on each, shows what it prints, and puts the file back.
    """
    file = Path(path)
    text = file.read_bytes().decode()
    if text.count(old) != 1:
        return f"The old text stands in {path} {text.count(old)} times, not once: nothing was tried."
    texts = json.loads(candidates)
    if not isinstance(texts, list) or not all(isinstance(new, str) for new in texts):
        return "The candidates are no JSON list of texts: nothing was tried."
    shown = []
    try:
        for number, new in enumerate(texts[:MOST]):
            file.write_bytes(text.replace(old, new).encode())
            shown.append(f"[candidate {number}]\\n{output_of(check)}")
    finally:
        file.write_bytes(text.encode())
    return "\\n".join(shown)


def output_of(command: str) -> str:
    """The end of what a shell command prints; one that takes too long is stopped, and all that it started."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ["bash", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # Bytecode is told apart by second and size: another candidate's could be taken for this one's.
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        try:
            process.wait(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(max(0, output.seek(0, os.SEEK_END) - SHOWN))
        return output.read().decode(errors="replace")
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
    signs=("I found no edit", "budget is used up"),
)
