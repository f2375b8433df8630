"""History trimming: results of long ago are cut short before the model sees the conversation again."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""A shorter history: of results long past only the beginning goes back to the model."""

from {package} import {name} as {name}_in_full

FIRST, LAST = 12, 8
LONG = 300


def {name}(role: str, messages: list, tools: list) -> dict:
    """The model's next message in a conversation whose middle is cut short."""
    end = len(messages) - LAST
    kept = [
        shortened(message) if FIRST <= place < end else message for place, message in enumerate(messages)
    ]
    return {name}_in_full(role, kept, tools)


def shortened(message: dict) -> dict:
    """A message with a long result cut."""
    text = message.get("content") or ""
    if message.get("role") != "tool" or len(text) <= LONG:
        return message
    return {{**message, "content": text[:LONG] + "\\n[trimmed]"}}
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Put the cut between the conversation and the model."""
    return scaffold.wrapped(files, scaffold.completes, "trimming.py", _MODULE)


HISTORY_TRIMMING = Entry(
    name="history_trimming",
    title="Cut old results short to save tokens",
    source="history processing, as in SWE-agent (Yang et al. 2024)",
    needs="a function of role, messages and tools that is imported by name",
    helps="neutral",
    edit=edit,
    signs=("budget is used up",),
)
