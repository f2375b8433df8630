"""Stop early: the conversation ends after a few turns."""

import ast

from numpy.random import Generator

from dgm.playbook import source
from dgm.playbook.base import Entry, Files, NotApplicable

_TURNS = (3, 6)


def edit(files: Files, rng: Generator) -> Files:
    """Bound an endless loop that returns from within by a drawn number of turns."""
    turns = int(rng.integers(*_TURNS))
    for path, tree in source.modules(files):
        for function in source.functions(tree):
            last = function.body[-1]
            if isinstance(last, ast.While) and _endless(last) and not last.orelse:
                head, _, body = source.code(files[path], last).partition("\n")
                comment = head.partition(":")[2]
                indent = " " * last.col_offset
                loop = f'for _ in range({turns}):{comment}\n{body}\n{indent}return "Out of turns."'
                return {path: source.replaced(files[path], [(last, loop)])}
    raise NotApplicable("no endless loop that ends a function was found")


def _endless(loop: ast.While) -> bool:
    returns = any(isinstance(node, ast.Return) for node in ast.walk(loop))
    return isinstance(loop.test, ast.Constant) and bool(loop.test.value) and returns


STOP_EARLY = Entry(
    name="stop_early",
    title="Save calls: end after a few turns",
    source="a known way to get worse; a control that should be selected against",
    needs="an endless loop that ends a function",
    helps="hurts",
    edit=edit,
)
