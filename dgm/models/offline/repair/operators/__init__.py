"""Every kind of small edit, and all edits of a source."""

import ast
from collections.abc import Callable, Iterator
from functools import lru_cache

from dgm.models.offline.repair.operators import conditions, numbers, statements, transplants, values
from dgm.models.offline.repair.source import Edit, Source, parsed

Operator = Callable[[Source, ast.AST], Iterator[Edit]]

OPERATORS: tuple[Operator, ...] = (
    conditions.comparisons,
    conditions.alike,
    conditions.booleans,
    conditions.negations,
    conditions.truths,
    conditions.twins,
    numbers.arithmetic,
    numbers.assignments,
    numbers.constants,
    numbers.bounds,
    numbers.offsets,
    numbers.extremes,
    numbers.signs,
    numbers.ends,
    statements.returns,
    statements.exits,
    statements.guards,
    statements.handlers,
    statements.removals,
    transplants.transplants,
    values.methods,
    values.patterns,
    values.arguments,
    values.names,
    values.copies,
    values.orders,
    values.cleanings,
    values.defaults,
)


@lru_cache(maxsize=256)
def edits(text: str) -> tuple[Edit, ...]:
    """Every edit of a source that gives another source that parses; of equal results the likeliest."""
    source = parsed(text)
    if source is None:
        return ()
    best: dict[str, Edit] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.expr_context | ast.operator | ast.cmpop | ast.boolop):
            continue
        for operator in OPERATORS:
            for edit in operator(source, node):
                result = edit.apply(text)
                known = best.get(result)
                if result != text and (known is None or edit.prior > known.prior):
                    best[result] = edit
    return tuple(best.values())
