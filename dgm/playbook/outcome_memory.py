"""Outcome memory: the agent's tree keeps what came of its past, and the model is told of it."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""Memory: what helped and what did not, kept in this tree, by how agents fared with it."""

import json
import os
from pathlib import Path

from {package} import {name} as {name}_forgetful

MEMORY = Path(__file__).with_name("memory.json")
KEPT = 12


def {name}(role: str, system: str, user: str) -> str:
    """The conversation, with what is remembered; improving, memory is brought up to date first."""
    if role == "improve":
        remember(Path(os.environ.get("DGM_EVIDENCE", "/evidence")))
    lessons = recalled()
    if lessons:
        system += "\\nWhat came of earlier changes to this agent:\\n" + "\\n".join(lessons)
    return {name}_forgetful(role, system, user)


def remember(evidence: Path) -> None:
    """Keep a line for each earlier attempt that was measured, the best first."""
    try:
        attempts = json.loads((evidence / "earlier.json").read_text())
    except (OSError, ValueError):
        return
    rated = [
        (attempt["resolved"] / attempt["attempted"], str(attempt["summary"]).split("\\n")[0])
        for attempt in attempts
        if attempt.get("attempted")
    ]
    lines = [f"{{rate:.0%}} resolved after: {{title}}" for rate, title in sorted(rated, reverse=True)]
    if lines:
        MEMORY.write_text(json.dumps(lines[:KEPT], indent=1) + "\\n")


def recalled() -> list:
    """The lines kept; none if there is no memory."""
    return [str(line) for line in json.loads(MEMORY.read_text())] if MEMORY.exists() else []
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Put the memory between the commands and the conversation."""
    return scaffold.wrapped(files, scaffold.converses, "memory.py", _MODULE)


OUTCOME_MEMORY = Entry(
    name="outcome_memory",
    title="Remember what came of earlier changes",
    source="outcome-gated memory, as in Agent K (Grosnit et al. 2024)",
    needs="a conversation that is imported by name",
    helps="neutral",
    edit=edit,
)
