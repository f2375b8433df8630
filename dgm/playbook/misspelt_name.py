"""Misspelt name: a function uses a name that is not there."""

import ast

from numpy.random import Generator

from dgm.playbook import source
from dgm.playbook.base import Entry, Files, NotApplicable


def edit(files: Files, rng: Generator) -> Files:
    """Misspell one drawn use of a module's own function."""
    uses = [
        (path, node)
        for path, tree in source.modules(files)
        for function in source.functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and node.id in {other.name for other in source.functions(tree)}
    ]
    if not uses:
        raise NotApplicable("no function uses another of its module")
    path, node = uses[int(rng.integers(len(uses)))]
    return {path: source.replaced(files[path], [(node, f"{node.id}s")])}


MISSPELT_NAME = Entry(
    name="misspelt_name",
    title="Rename a function for clarity",
    source="an error that only shows in use; a control that admission should catch",
    needs="a function that uses another of its module",
    helps="hurts",
    edit=edit,
)
