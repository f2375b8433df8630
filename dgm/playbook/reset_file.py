"""Reset file: a tool that puts a file back as it was when the work began."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""A way back: a file as it was committed, for a fresh start after a wrong try."""

import subprocess


def reset(path: str) -> str:
    """Restore a file as it was at the beginning."""
    done = subprocess.run(["git", "checkout", "HEAD", "--", path], capture_output=True)
    return f"Restored {path}." if not done.returncode else done.stderr.decode(errors="replace")
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Add the tool to the table of tools."""
    return scaffold.with_tool(files, "reset.py", _MODULE)


RESET_FILE = Entry(
    name="reset_file",
    title="A tool that puts a file back as it was",
    source="reset between tries, common practice",
    needs="a table of tools, one of which takes a path",
    helps="neutral",
    edit=edit,
)
