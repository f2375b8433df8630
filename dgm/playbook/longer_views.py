"""Longer views: what the tools show is clipped later."""

import ast
from collections.abc import Iterator

from numpy.random import Generator

from dgm.playbook import source
from dgm.playbook.base import Entry, Files, NotApplicable

# Smaller numbers bound a count of things rather than a text; beyond the larger, nothing is gained.
_A_TEXT, _LONG = 500, 16_000
_FACTORS = (4, 9)


def edit(files: Files, rng: Generator) -> Files:
    """Raise every bound that a text is cut at, by one drawn factor."""
    factor = int(rng.integers(*_FACTORS))
    changed = {}
    for path, tree in source.modules(files):
        pieces = [(node, f"{value * factor:_}") for node, value in bounds(tree)]
        if pieces:
            changed[path] = source.replaced(files[path], pieces)
    if not changed:
        raise NotApplicable(f"no text is cut at less than {_LONG} characters by a named bound")
    return changed


def bounds(tree: ast.Module) -> Iterator[tuple[ast.Constant, int]]:
    """The constants that a function compares a length with and cuts at."""
    cuts: set[str] = set()
    for function in source.functions(tree):
        slices = [node for node in ast.walk(function) if isinstance(node, ast.Slice)]
        tests = [
            node
            for node in ast.walk(function)
            if isinstance(node, ast.Compare) and "len" in source.names(node)
        ]
        cuts |= {name for cut in slices for test in tests for name in source.names(cut) & source.names(test)}
    for name, node in source.constants(tree).items():
        if name in cuts and type(node.value) is int and _A_TEXT <= node.value < _LONG:
            yield node, node.value


LONGER_VIEWS = Entry(
    name="longer_views",
    title="Show more of a file or an output before it is clipped",
    source="better file viewing, as found by the Darwin Gödel Machine (Zhang et al. 2025)",
    needs="a named bound that a text's length is compared with",
    helps="helps",
    edit=edit,
    signs=("clipped:",),
)
