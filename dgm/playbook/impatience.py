"""Impatience: commands are stopped after a moment."""

import ast

from numpy.random import Generator

from dgm.playbook import source
from dgm.playbook.base import Entry, Files, NotApplicable

_MOMENT = "0.2"


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Lower the bound that a process is waited for."""
    for path, tree in source.modules(files):
        waited = {
            name
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "wait"
            for argument in node.args
            for name in source.names(argument)
        }
        for name, node in source.constants(tree).items():
            if name in waited and type(node.value) is int:
                return {path: source.replaced(files[path], [(node, _MOMENT)])}
    raise NotApplicable("no named bound of whole seconds on a process was found")


IMPATIENCE = Entry(
    name="impatience",
    title="Save time: stop slow commands at once",
    source="a known way to get worse; a control that should be selected against",
    needs="a named bound in whole seconds that a process is waited for",
    helps="hurts",
    edit=edit,
)
