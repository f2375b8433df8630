"""Run check after edit: an edit's result tells what the latest check says of it."""

import ast

from numpy.random import Generator

from dgm.playbook import source
from dgm.playbook.base import Entry, Files, NotApplicable

_MODULE = '''"""Feedback: after an edit the latest check is run again, and what it says is shown."""

import json

from {package} import {use} as use_alone

LATEST: dict = {{}}


def {use}(call: dict) -> str:
    """Use a tool; after an edit, show also what the latest check says now."""
    shown = use_alone(call)
    arguments = arguments_of(call)
    if "python" in str(arguments.get("command")):
        LATEST["check"] = call
    elif ("content" in arguments or "new" in arguments) and "check" in LATEST:
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
    for path, tree in source.modules(files):
        for function in tree.body:
            if isinstance(function, ast.FunctionDef) and _uses_tools(function):
                return _wrapped(files, path, function.name)
    raise NotApplicable("no function that carries out a tool call was found")


def _uses_tools(function: ast.FunctionDef) -> bool:
    one = len(function.args.args) == 1
    return one and {"function", "arguments", "name"} <= source.literals(function)


def _wrapped(files: Files, path: str, use: str) -> Files:
    package, added = source.module_name(path), source.beside(path, "feedback.py")
    if added in files:
        raise NotApplicable("feedback is there already")
    changed = {added: _MODULE.format(package=package, use=use)}
    for user, tree in source.modules(files):
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == package and not node.level:
                others = [alias for alias in node.names if alias.name != use]
                if len(others) == len(node.names) or any(a.name == use and a.asname for a in node.names):
                    continue
                lines = [f"from {source.module_name(added)} import {use}"]
                if others:
                    lines.append(ast.unparse(ast.ImportFrom(node.module, others, node.level)))
                changed[user] = source.replaced(files[user], [(node, "\n".join(lines))])
    if len(changed) == 1:
        raise NotApplicable(f"nobody imports {use} from {package}")
    return changed


RUN_CHECK_AFTER_EDIT = Entry(
    name="run_check_after_edit",
    title="Run the latest check again after every edit and show what it says",
    source="feedback on every edit, as in SWE-agent (Yang et al. 2024)",
    helps="helps",
    edit=edit,
)
