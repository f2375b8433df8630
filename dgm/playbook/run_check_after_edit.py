"""Run check after edit: an edit's result tells what the latest check says of it."""

from numpy.random import Generator

from dgm.playbook import scaffold
from dgm.playbook.base import Entry, Files

_MODULE = '''"""Feedback: after an edit the latest check is run again, and what it says is shown."""

import json

from {package} import {name} as use_alone

LATEST: dict = {{}}
EDITS = {{"content", "new", "code"}}


def {name}(call: dict) -> str:
    """Use a tool; after an edit, show also what the latest check says now."""
    shown = use_alone(call)
    arguments = arguments_of(call)
    if "python" in str(arguments.get("command")):
        LATEST["check"] = call
    elif EDITS & set(arguments) and "check" in LATEST:
        shown += "\\n[the latest check, run again]\\n" + use_alone(LATEST["check"])
    return shown


def arguments_of(call: dict) -> dict:
    """The arguments of a call; none if they make no sense."""
    try:
        arguments = json.loads(call["function"]["arguments"])
    except (ValueError, KeyError, TypeError):
        return {{}}
    return arguments if isinstance(arguments, dict) else {{}}
'''


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Put the check between the conversation and the tools."""
    return scaffold.wrapped(files, scaffold.uses_tools, "feedback.py", _MODULE)


RUN_CHECK_AFTER_EDIT = Entry(
    name="run_check_after_edit",
    title="Run the latest check again after every edit and show what it says",
    source="feedback on every edit, as in SWE-agent (Yang et al. 2024)",
    needs="a function that carries out a tool call and is imported by name",
    helps="helps",
    edit=edit,
    signs=("budget is used up",),
)
