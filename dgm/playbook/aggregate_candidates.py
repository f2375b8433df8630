"""Aggregate candidates: the last of several attempts is shown what the ones before it changed."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""Aggregation: a last attempt sees the patches of those before it, and makes its own of them."""

import subprocess

from {package} import {name} as {name}_alone

ATTEMPTS = 2
SHOWN = 3000


def {name}(role: str, system: str, user: str) -> str:
    """A few conversations from a clean repository, and one more that sees what they changed."""
    if role != "solve":
        return {name}_alone(role, system, user)
    patches = []
    for _ in range(ATTEMPTS):
        {name}_alone(role, system, user)
        output("git", "add", "--all")
        patches.append(output("git", "diff", "HEAD")[:SHOWN])
        output("git", "reset", "--quiet", "--hard")
    told = "\\n\\n".join(f"Candidate {{number}}:\\n{{patch}}" for number, patch in enumerate(patches, 1))
    return {name}_alone(role, system, f"{{user}}\\n\\nEarlier attempts, to learn from:\\n{{told}}")


def output(*command: str) -> str:
    """What a command prints."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.decode(errors="replace")
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Put the aggregation between the commands and the conversation."""
    return scaffold.wrapped(files, scaffold.converses, "aggregate.py", _MODULE)


AGGREGATE_CANDIDATES = Entry(
    name="aggregate_candidates",
    title="Make one patch out of several attempts",
    source="generative self-aggregation (Li et al. 2025)",
    needs="a conversation that is imported by name",
    helps="hurts",
    edit=edit,
)
