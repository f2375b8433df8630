"""Statements missing here that stand in a neighbouring function: the assumption of GenProg (2012)."""

import ast
import builtins
import textwrap
from collections.abc import Iterator

from dgm.models.offline.repair.source import Edit, Function, Source

MOST_DONORS = 12
_ALWAYS = frozenset(dir(builtins))


def transplants(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A neighbour's call, change of state or guard, at the beginning or before the end of a function."""
    if not isinstance(node, Function):
        return
    body = node.body[1:] if len(node.body) > 1 and ast.get_docstring(node) is not None else node.body
    first, last = body[0], body[-1]
    places = [source.line_start(first.lineno)]
    if isinstance(last, ast.Return) and last is not first:
        places.append(source.line_start(last.lineno))
    elif not isinstance(last, ast.Return | ast.Raise):
        places.append(source.after(last))
    indent = source.indent(first)
    own = {ast.unparse(inner) for inner in ast.walk(node) if isinstance(inner, ast.stmt)}
    known = _top_level(source.tree) | _bound(node) | _ALWAYS
    donors = [
        donor
        for donor in dict.fromkeys(_donors(source, node))
        if donor not in own and _read(ast.parse(donor)) <= known
    ]
    for donor in donors[:MOST_DONORS]:
        prior = 0.25 if donor.startswith("if ") else 0.3
        for place in places:
            text = textwrap.indent(donor, indent) + "\n"
            yield Edit(place, place, text, "transplant", prior, first.lineno)


def _donors(source: Source, function: Function) -> Iterator[str]:
    """Statements of the functions beside this one."""
    above = source.parents.get(function)
    for neighbour in getattr(above, "body", []):
        if isinstance(neighbour, Function) and neighbour is not function:
            for node in ast.walk(neighbour):
                if _acts(node) or _guards(node):
                    yield ast.unparse(node)


def _acts(node: ast.AST) -> bool:
    """A call for its effect, or a change of an object's state."""
    match node:
        case ast.Expr(value=ast.Call()) | ast.Delete():
            return True
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) | ast.AugAssign(target=ast.Attribute()):
            return True
    return False


def _guards(node: ast.AST) -> bool:
    """A condition under which the function is left at once."""
    if not isinstance(node, ast.If) or len(node.body) > 1 or node.orelse:
        return False
    return isinstance(node.body[0], ast.Raise | ast.Return)


def _read(tree: ast.AST) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))


def _top_level(tree: ast.Module) -> frozenset[str]:
    """Names that the module binds for all its functions."""
    bound: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                bound |= {(alias.asname or alias.name).split(".")[0] for alias in aliases}
            case ast.Assign() | ast.AnnAssign():
                bound |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return frozenset(bound)


def _bound(function: Function) -> frozenset[str]:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return frozenset(argument.arg for argument in every)
