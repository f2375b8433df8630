"""Edits of whole statements: returns, guards, handlers, loop exits, order."""

import ast
from collections.abc import Iterator

from dgm.models.offline.repair.source import Edit, Function, Source

_WIDER = {
    "KeyError": "LookupError",
    "IndexError": "LookupError",
    "ValueError": "(ValueError, TypeError)",
    "TypeError": "(TypeError, ValueError)",
    "AttributeError": "(AttributeError, TypeError)",
}


def returns(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A return where a function ends without one; a return moved out of a loop or a branch."""
    if isinstance(node, Function):
        last = node.body[-1]
        indent = source.indent(last)
        end = source.end(last)
        given = any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(node))
        if isinstance(last, ast.Expr) and not isinstance(
            last.value, ast.Constant | ast.Yield | ast.YieldFrom
        ):
            yield Edit(source.start(last), source.start(last), "return ", "return", 0.4, last.lineno)
        if not isinstance(last, ast.Return | ast.Raise) and not given:
            for name in _assigned(node)[-3:]:
                yield Edit(end, end, f"\n{indent}return {name}", "return", 0.5, last.lineno)
    elif isinstance(node, ast.Return):
        above = source.parents.get(node)
        if isinstance(above, ast.For | ast.While) and above.body[-1] is node:
            yield _moved(source, node, source.indent(above))
        grand = source.parents.get(above) if above is not None else None
        if isinstance(above, ast.If) and isinstance(grand, ast.For | ast.While) and above.body[-1] is node:
            yield source.swap(node, "continue", "return", 0.3)


def exits(source: Source, node: ast.AST) -> Iterator[Edit]:
    """`break` for `continue` and back."""
    if isinstance(node, ast.Break):
        yield source.swap(node, "continue", "exit", 0.6)
    elif isinstance(node, ast.Continue):
        yield source.swap(node, "break", "exit", 0.5)


def guards(source: Source, node: ast.AST) -> Iterator[Edit]:
    """An early return for an empty or missing argument; a skipped empty item."""
    if isinstance(node, Function):
        body = node.body
        documented = (
            isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and len(body) > 1
        )
        first = body[1] if documented else body[0]
        indent = source.indent(first)
        place = source.line_start(first.lineno)
        names = [a.arg for a in node.args.args if a.arg not in {"self", "cls"}]
        for name in names[:2]:
            for answer, prior in (("[]", 0.2), ("0", 0.2), ("None", 0.2), ("''", 0.1), ("False", 0.1)):
                guard = f"{indent}if not {name}:\n{indent}    return {answer}\n"
                yield Edit(place, place, guard, "guard", prior, first.lineno)
    elif isinstance(node, ast.For) and isinstance(node.target, ast.Name):
        first = node.body[0]
        if first.lineno > node.lineno:
            indent, place = source.indent(first), source.line_start(first.lineno)
            guard = f"{indent}if not {node.target.id}:\n{indent}    continue\n"
            yield Edit(place, place, guard, "guard", 0.2, node.lineno)


def handlers(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A handler that catches a wider or a kindred error."""
    if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name) and node.type.id in _WIDER:
        yield source.swap(node.type, _WIDER[node.type.id], "handler", 0.4)


def removals(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A statement left out, or moved one place on, or put before the loop that it stands in."""
    above = source.parents.get(node)
    if not isinstance(node, ast.Expr | ast.Assign | ast.AugAssign | ast.If) or above is None:
        return
    block = next((b for b in _blocks(above) if node in b), None)
    if block is None or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    place = block.index(node)
    if len(block) > 1 and not isinstance(node, ast.Assign):
        prior = 0.2 if isinstance(node, ast.If) else 0.25
        yield Edit(source.line_start(node.lineno), source.after(node), "", "removal", prior, node.lineno)
    if place + 1 < len(block):
        following = block[place + 1]
        simple = ast.Expr | ast.Assign | ast.AugAssign | ast.If
        if isinstance(following, simple) and following.lineno > (node.end_lineno or 0):
            first, second = source.line_start(node.lineno), source.line_start(following.lineno)
            end = source.after(following)
            text = source.text[second:end] + source.text[first:second]
            yield Edit(first, end, text, "order", 0.3, node.lineno)


def _moved(source: Source, node: ast.stmt, indent: str) -> Edit:
    start, end = source.line_start(node.lineno), source.end(node)
    return Edit(start, end, f"{indent}{source.code(node)}", "return", 0.8, node.lineno)


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            yield block


def _assigned(function: Function) -> list[str]:
    names = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return list(dict.fromkeys(names))
