"""Edits of arithmetic: operators, small constants, bounds, signs."""

import ast
from collections.abc import Iterator

from dgm.models.offline.repair.source import Edit, Source

_ARITHMETIC: dict[type[ast.operator], tuple[str, tuple[tuple[str, float], ...]]] = {
    ast.Add: ("+", (("-", 0.6), ("*", 0.15))),
    ast.Sub: ("-", (("+", 0.6),)),
    ast.Mult: ("*", (("/", 0.4), ("//", 0.3), ("+", 0.2), ("**", 0.2))),
    ast.Div: ("/", (("//", 0.6), ("*", 0.4))),
    ast.FloorDiv: ("//", (("/", 0.6), ("%", 0.3), ("*", 0.3))),
    ast.Mod: ("%", (("//", 0.4),)),
    ast.BitOr: ("|", (("&", 0.5), ("-", 0.3))),
    ast.BitAnd: ("&", (("|", 0.5), ("-", 0.3))),
    ast.Pow: ("**", (("*", 0.4),)),
}
_SMALL = 31
_EXTREMES = {"min": "max", "max": "min", "floor": "ceil", "ceil": "floor"}


def arithmetic(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Another arithmetic operator."""
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        old, others = _ARITHMETIC[type(node.op)]
        if old == "%" and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
            return
        for new, prior in others:
            yield from source.between(node.left, node.right, old, new, "arithmetic", prior)


def assignments(source: Source, node: ast.AST) -> Iterator[Edit]:
    """`+=` for `=` where a value should build up, an entry of a mapping too; `-=` for `+=`; `=` for `+=`."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        old = "+=" if isinstance(node.op, ast.Add) else "-="
        for new, prior in ((("-=" if old == "+=" else "+="), 0.5), ("=", 0.3)):
            yield from source.between(node.target, node.value, old, new, "assignment", prior)
    inside = source.parents.get(node)
    if (
        isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(inside, ast.For | ast.While | ast.If)
    ):
        yield from source.between(node.targets[0], node.value, "=", "+=", "assignment", 0.35)
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        place = node.targets[0]
        before = f"{source.code(place.value)}.get({source.code(place.slice)}, 0)"
        yield source.swap(node.value, f"{before} + {source.code(node.value)}", "assignment", 0.3)


def constants(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A small whole number one more, one less; a truth turned."""
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield source.swap(node, str(not node.value), "constant", 0.5)
    elif isinstance(node.value, int):
        small = node.value <= _SMALL
        bound = _is_bound(source, node)
        for step, prior in ((1, 0.5), (-1, 0.45)):
            if node.value + step >= 0 or not bound:
                yield source.swap(
                    node, str(node.value + step), "constant", prior + 0.15 * bound - 0.2 * (not small)
                )
        if bound and node.value == 0:
            yield source.swap(node, "-1", "constant", 0.4)


def bounds(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Bounds of slices, ranges and indices one further or one nearer; a first index for a last."""
    if isinstance(node, ast.Slice):
        for bound in (node.lower, node.upper):
            yield from _one_off(source, bound, 0.55)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        for bound in node.args:
            yield from _one_off(source, bound, 0.6)
        if len(node.args) == 1:
            yield Edit(
                source.start(node.args[0]), source.start(node.args[0]), "1, ", "bound", 0.35, node.lineno
            )
    elif isinstance(node, ast.Subscript):
        index = node.slice
        if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub):
            yield source.swap(index, "0", "bound", 0.5)
        yield from _one_off(source, index if isinstance(index, ast.Name | ast.BinOp) else None, 0.35)


def offsets(source: Source, node: ast.AST) -> Iterator[Edit]:
    """One more or less on a whole returned, compared, assigned or passed count."""
    value: ast.expr | None = None
    if isinstance(node, ast.Return | ast.Assign | ast.AnnAssign):
        value = node.value
    elif (
        isinstance(node, ast.Compare)
        and len(node.ops) == 1
        and not isinstance(node.ops[0], ast.In | ast.NotIn)
    ):
        value = node.comparators[0]
        if isinstance(node.ops[0], ast.Eq) and isinstance(value, ast.Name):
            yield from _one_off(source, value, 0.3)
    elif isinstance(node, ast.Dict):
        for each in node.values:
            yield from _one_off(source, each if _countable(each) else None, 0.3)
    if (
        isinstance(value, ast.BinOp)
        and isinstance(value.op, ast.Add | ast.Sub)
        and isinstance(value.right, ast.Constant)
        and value.right.value == 1
    ):
        yield source.swap(value, source.code(value.left), "offset", 0.5)
    yield from _one_off(source, value if _countable(value) else None, 0.3)
    if isinstance(node, ast.Assign) and isinstance(value, ast.Call) and not _countable(value):
        yield from _one_off(source, value, 0.15)


def extremes(source: Source, node: ast.AST) -> Iterator[Edit]:
    """`min` for `max`, `floor` for `ceil`."""
    if isinstance(node, ast.Call):
        name = node.func
        if isinstance(name, ast.Name) and name.id in _EXTREMES:
            yield source.swap(name, _EXTREMES[name.id], "extreme", 0.7)
        elif isinstance(name, ast.Attribute) and name.attr in _EXTREMES:
            yield source.rename(name, _EXTREMES[name.attr], "extreme", 0.6)


def signs(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A minus sign taken away; the size of a difference for the difference."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield source.swap(node, source.code(node.operand), "sign", 0.4)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        yield source.swap(node, f"abs({source.code(node)})", "sign", 0.35)


def ends(source: Source, node: ast.AST) -> Iterator[Edit]:
    """The first one taken for the last one, and back."""
    match node:
        case ast.Call(func=ast.Attribute(attr="pop"), args=[ast.Constant(value=0)]):
            yield source.swap(node, f"{source.code(node.func)}()", "end", 0.5)
        case ast.Call(func=ast.Attribute(attr="pop"), args=[], keywords=[]):
            yield source.swap(node, f"{source.code(node.func)}(0)", "end", 0.4)


def _is_bound(source: Source, node: ast.AST) -> bool:
    above = source.parents.get(node)
    return isinstance(above, ast.Slice | ast.Subscript | ast.Compare)


def _countable(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in {"len", "int", "round", "sum"}
    return isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub | ast.FloorDiv | ast.Add)


def _one_off(source: Source, bound: ast.expr | None, prior: float) -> Iterator[Edit]:
    if bound is None or isinstance(bound, ast.Constant):
        return
    code = source.code(bound)
    if isinstance(bound, ast.BinOp) and isinstance(bound.right, ast.Constant) and bound.right.value == 1:
        yield source.swap(bound, source.code(bound.left), "bound", prior)
        return
    if isinstance(bound, ast.Name | ast.Attribute | ast.Call | ast.BinOp):
        yield source.swap(bound, f"{code} + 1", "bound", prior)
        yield source.swap(bound, f"{code} - 1", "bound", prior)
