"""Retry with tests: where the visible tests fail at the end, the conversation goes on with what they say."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""A second chance: the visible tests are run at the end, and a failure is told to the model."""

import subprocess
import sys

from {package} import {name} as {name}_once

TRIES = 2
SECONDS = 60
SHOWN = 2000


def {name}(role: str, system: str, user: str) -> str:
    """The conversation, again with the traceback as long as the visible tests fail, a few times."""
    said = {name}_once(role, system, user)
    for _ in range(TRIES if role == "solve" else 0):
        failure = failing()
        if not failure:
            break
        told = f"{{user}}\\n\\nAfter a first change the visible tests failed. Mend that too:\\n{{failure}}"
        said = {name}_once(role, system, told)
    return said


def failing() -> str:
    """The end of what the visible tests print; empty if they pass, or there are none."""
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return "They took too long."
    return done.stdout.decode(errors="replace")[-SHOWN:] if done.returncode in (1, 2) else ""
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Put the retry between the commands and the conversation."""
    return scaffold.wrapped(files, scaffold.converses, "retry.py", _MODULE)


RETRY_WITH_TESTS = Entry(
    name="retry_with_tests",
    title="Try again with the traceback while the visible tests fail",
    source="retry with traceback, as in SuperCoder2.0 (2024)",
    needs="a conversation that is imported by name",
    helps="neutral",
    edit=edit,
)
