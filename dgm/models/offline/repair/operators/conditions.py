"""Edits of conditions: comparisons, boolean operators, negation, membership."""

import ast
from collections.abc import Iterator

from dgm.models.offline.repair.source import Edit, Source

_COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[tuple[str, float], ...]]] = {
    ast.Lt: ("<", (("<=", 0.9), (">", 0.6), (">=", 0.4))),
    ast.LtE: ("<=", (("<", 0.9), (">=", 0.6), (">", 0.4))),
    ast.Gt: (">", ((">=", 0.9), ("<", 0.6), ("<=", 0.4))),
    ast.GtE: (">=", ((">", 0.9), ("<=", 0.6), ("<", 0.4))),
    ast.Eq: ("==", (("!=", 0.5), (">=", 0.3), ("<=", 0.3))),
    ast.NotEq: ("!=", (("==", 0.5),)),
    ast.Is: ("is", (("is not", 0.5), ("==", 0.4))),
    ast.IsNot: ("is not", (("is", 0.5), ("!=", 0.4))),
    ast.In: ("in", (("not in", 0.4),)),
    ast.NotIn: ("not in", (("in", 0.4),)),
}
_TWINS = {"any": "all", "all": "any", "startswith": "endswith", "endswith": "startswith"}


def comparisons(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Another comparison operator."""
    if not isinstance(node, ast.Compare):
        return
    left = node.left
    for operator, right in zip(node.ops, node.comparators, strict=True):
        old, others = _COMPARISONS[type(operator)]
        for new, prior in others:
            if new == "==" and old == "is" and isinstance(right, ast.Constant) and right.value is None:
                continue
            yield from source.between(left, right, old, new, "comparison", prior)
        left = right


def alike(source: Source, node: ast.AST) -> Iterator[Edit]:
    """The same comparison made another one in every part of a condition."""
    parts = [part for part in getattr(node, "values", ()) if isinstance(part, ast.Compare)]
    kinds = {type(part.ops[0]) for part in parts if len(part.ops) == 1}
    if not isinstance(node, ast.BoolOp) or len(parts) < 2 or len(kinds) != 1:
        return
    old, others = _COMPARISONS[kinds.pop()]
    for new, prior in others:
        text, start = source.code(node), source.start(node)
        for part in reversed(parts):
            for edit in source.between(part.left, part.comparators[0], old, new, "", 0.0):
                text = text[: edit.start - start] + new + text[edit.end - start :]
        yield source.swap(node, text, "comparison", prior * 0.6)


def booleans(source: Source, node: ast.AST) -> Iterator[Edit]:
    """`and` for `or` and back; one operand left out."""
    if not isinstance(node, ast.BoolOp):
        return
    old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in zip(node.values, node.values[1:], strict=False):
        yield from source.between(left, right, old, new, "boolean", 0.7)
    if len(node.values) == 2:
        for kept in node.values:
            yield source.swap(node, source.code(kept), "boolean operand", 0.35)


def negations(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A condition with `not` put before it, or taken away."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield source.swap(node, source.code(node.operand), "negation", 0.55)
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        test = node.test
        if not isinstance(test, ast.Compare) and not (
            isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        ):
            code = source.code(test)
            code = f"({code})" if isinstance(test, ast.BoolOp | ast.IfExp | ast.NamedExpr) else code
            yield source.swap(test, f"not {code}", "negation", 0.45)


def truths(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A test of truth made a test for None, and back: zero and empty values fall through the one."""
    test = node.test if isinstance(node, ast.If | ast.IfExp) else None
    if isinstance(test, ast.Name | ast.Attribute):
        yield source.swap(test, f"{source.code(test)} is not None", "truth", 0.5)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Name):
        yield source.swap(test, f"{test.operand.id} is None", "truth", 0.5)
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Name):
        right = test.comparators[0]
        if isinstance(right, ast.Constant) and right.value is None:
            name = test.left.id
            yield source.swap(
                test, name if isinstance(test.ops[0], ast.IsNot) else f"not {name}", "truth", 0.3
            )
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
        first, second = (source.code(value) for value in node.values)
        if isinstance(node.values[0], ast.Name | ast.Attribute):
            yield source.swap(node, f"{first} if {first} is not None else {second}", "truth", 0.5)


def twins(source: Source, node: ast.AST) -> Iterator[Edit]:
    """`any` for `all`, `startswith` for `endswith`."""
    if not isinstance(node, ast.Call):
        return
    name = node.func
    if isinstance(name, ast.Name) and name.id in _TWINS:
        yield source.swap(name, _TWINS[name.id], "twin", 0.6)
    elif isinstance(name, ast.Attribute) and name.attr in _TWINS:
        yield source.rename(name, _TWINS[name.attr], "twin", 0.5)
