"""Best of several: the issue is solved a few times from the start, and the visible tests choose."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""Several candidates: the conversation is held a few times, each from a clean repository."""

import subprocess
import sys

from {package} import {name} as {name}_once

CANDIDATES = 3
SECONDS = 60


def {name}(role: str, system: str, user: str) -> str:
    """The conversation that leaves a change under which the visible tests pass; else the last one."""
    if role != "solve":
        return {name}_once(role, system, user)
    said = ""
    for number in range(CANDIDATES):
        if number:
            git("add", "--all")
            git("reset", "--quiet", "--hard")
            user += f"\\n\\n(Attempt {{number + 1}}: an earlier attempt came to nothing. Find another way.)"
        said = {name}_once(role, system, user)
        git("add", "--all")
        if git("diff", "--quiet", "HEAD") and passing():
            break
    return said


def git(*words: str) -> int:
    """Run git in the repository; its exit code."""
    return subprocess.run(["git", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def passing() -> bool:
    """Whether the visible tests pass, if there are any."""
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode in (0, 5)
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Put the choice between the commands and the conversation."""
    return scaffold.wrapped(files, scaffold.converses, "several.py", _MODULE)


BEST_OF_SEVERAL = Entry(
    name="best_of_several",
    title="Solve the issue several times and let the visible tests choose",
    source="several candidates judged by visible tests, as found by the Darwin Gödel Machine (2025)",
    needs="a conversation that is imported by name",
    helps="neutral",
    edit=edit,
    signs=("I found no edit",),
)
