"""Reproduce first: the issue's code is run before the first word, and the model is told what it prints."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""Reproduction: the code blocks of an issue are run once, before the model is asked."""

import re
import subprocess

from {package} import {name} as {name}_unseen

BLOCK = re.compile(r"^```python\\n(.*?)^```", re.MULTILINE | re.DOTALL)
SECONDS = 10
SHOWN = 1500


def {name}(role: str, system: str, user: str) -> str:
    """The conversation, with what the issue's code prints after the issue."""
    code = "\\n".join(BLOCK.findall(user)) if role == "solve" else ""
    if code:
        user = f"{{user}}\\n\\nRun as it stands, the code of the issue printed:\\n{{printed(code)}}"
    return {name}_unseen(role, system, user)


def printed(code: str) -> str:
    """What a piece of Python prints, errors included."""
    try:
        done = subprocess.run(
            ["python3", "-B", "-"],
            input=code.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return "(nothing: it took too long)"
    return done.stdout.decode(errors="replace")[-SHOWN:]
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Put the reproduction between the commands and the conversation."""
    return scaffold.wrapped(files, scaffold.converses, "reproduction.py", _MODULE)


REPRODUCE_FIRST = Entry(
    name="reproduce_first",
    title="Run the issue's own code first and show what it prints",
    source="reproduction before repair, as in SWE-agent (Yang et al. 2024)",
    needs="a conversation that is imported by name",
    helps="neutral",
    edit=edit,
    signs=("I could not reproduce the issue",),
)
