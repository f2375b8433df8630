"""Edits of values: names, arguments, copies, conversions, defaults, case and order of text."""

import ast
import re
from collections.abc import Iterator

from dgm.models.offline.repair.source import Edit, Function, Source

_CLEANED = ("strip()", "lower()", "casefold()")
_BUILTINS = frozenset(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__)
_COUNT = re.compile(r"[\])\w.]([*+?])")
_COUNTS = {"*": "+", "+": "*", "?": "*"}
_TEXT_TWINS = {
    "strip": ("lstrip", "rstrip"),
    "lstrip": ("strip", "rstrip"),
    "rstrip": ("strip", "lstrip"),
    "lower": ("upper", "casefold"),
    "upper": ("lower",),
    "split": ("rsplit", "splitlines"),
    "rsplit": ("split",),
    "find": ("rfind",),
    "rfind": ("find",),
    "index": ("rindex",),
    "partition": ("rpartition",),
    "rpartition": ("partition",),
    "append": ("extend",),
    "extend": ("append",),
    "ljust": ("rjust",),
    "rjust": ("ljust",),
    "keys": ("values", "items"),
    "values": ("keys", "items"),
    "bisect_left": ("bisect_right",),
    "bisect_right": ("bisect_left",),
    "insort_left": ("insort_right",),
    "removeprefix": ("removesuffix",),
    "discard": ("remove",),
    "isalpha": ("isalnum",),
    "isdigit": ("isalnum",),
}


def methods(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A method's twin."""
    if isinstance(node, ast.Call):
        name = node.func
        called = (
            name.id if isinstance(name, ast.Name) else name.attr if isinstance(name, ast.Attribute) else ""
        )
        for twin in _TEXT_TWINS.get(called, ()):
            end = source.end(name)
            yield Edit(end - len(called), end, twin, "method", 0.4, node.lineno)


def patterns(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Another count in a regular expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        code = source.code(node)
        for found in _COUNT.finditer(code):
            place = source.start(node) + found.start(1)
            for new in _COUNTS[found[1]]:
                yield Edit(place, place + 1, new, "pattern", 0.35, node.lineno)


def arguments(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Two neighbouring arguments, operands or targets the other way round."""
    pairs: list[tuple[ast.expr, ast.expr, float]] = []
    if isinstance(node, ast.Call):
        pairs = [(a, b, 0.5) for a, b in zip(node.args, node.args[1:], strict=False)]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Mod):
        pairs = [(node.left, node.right, 0.35)]
    elif isinstance(node, ast.Tuple | ast.List) and len(node.elts) in {2, 3}:
        pairs = [(a, b, 0.25) for a, b in zip(node.elts, node.elts[1:], strict=False)]
    elif isinstance(node, ast.IfExp):
        pairs = [(node.body, node.orelse, 0.5)]
    for left, right, prior in pairs:
        one, other = source.code(left), source.code(right)
        if one != other:
            gap = source.text[source.end(left) : source.start(right)]
            new = f"{other}{gap}{one}"
            yield Edit(source.start(left), source.end(right), new, "arguments", prior, node.lineno)  # type: ignore[attr-defined]


def names(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Another variable of the function; another attribute that is used around."""
    function = source.owner(node)
    if function is None:
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in _BUILTINS:
        above = source.parents.get(node)
        if isinstance(above, ast.Call) and above.func is node:
            return
        # An object whose attributes are used plays another role than a plain value.
        prior = 0.25 if isinstance(above, ast.Attribute) else 0.4
        local = _locals(function)
        if node.id in local:
            for other in local:
                if other != node.id and other not in {"self", "cls"}:
                    yield source.swap(node, other, "name", prior + 0.15 * _alike(node.id, other))
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        called = isinstance(source.parents.get(node), ast.Call)
        for other in _attributes(source, source.code(node.value), node.attr):
            yield source.rename(node, other, "attribute", 0.2 if called else 0.4)


def copies(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A copy of what was shared: returned, stored or taken as it is."""
    value = node.value if isinstance(node, ast.Return | ast.Assign | ast.AnnAssign) else None
    if isinstance(value, ast.Name | ast.Attribute | ast.Subscript) and source.owner(node) is not None:
        code = source.code(value)
        plain = isinstance(node, ast.Return) or isinstance(value, ast.Name)
        for wrap, prior in (("list", 0.35), ("dict", 0.3), ("set", 0.1), ("sorted", 0.25)):
            yield source.swap(value, f"{wrap}({code})", "copy", prior - 0.1 * (not plain))


def orders(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Sorted iteration; a sort turned round; a key dropped."""
    if isinstance(node, ast.Call):
        name = node.func
        called = (
            name.id if isinstance(name, ast.Name) else name.attr if isinstance(name, ast.Attribute) else ""
        )
        words = {word.arg: word for word in node.keywords}
        if called in {"sorted", "sort"} and "reverse" not in words:
            close = source.end(node) - 1
            glue = ", " if node.args or node.keywords else ""
            yield Edit(close, close, f"{glue}reverse=True", "order", 0.45, node.lineno)
        if called in {"sorted", "reversed", "set", "list"} and len(node.args) == 1 and not node.keywords:
            yield source.swap(node, source.code(node.args[0]), "order", 0.3)
        if called == "set" and len(node.args) == 1:
            yield source.swap(node, f"dict.fromkeys({source.code(node.args[0])})", "order", 0.3)
        for word in node.keywords:
            if word.arg and len(node.keywords) + len(node.args) > 1:
                before = (node.args + [k.value for k in node.keywords if k is not word])[-1]
                if source.end(before) < source.start(word):
                    end = source.end(word)
                    yield Edit(source.end(before), end, "", "keyword", 0.3, node.lineno)
    elif isinstance(node, ast.For) and isinstance(node.iter, ast.Name | ast.Attribute | ast.Call):
        code = source.code(node.iter)
        if not code.startswith(("range", "enumerate", "zip", "sorted")):
            yield source.swap(node.iter, f"sorted({code})", "order", 0.3)
            yield source.swap(node.iter, f"list({code})", "order", 0.3)
            yield source.swap(node.iter, f"reversed({code})", "order", 0.2)
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.ListComp | ast.Call):
        code = source.code(node.value)
        if not code.startswith("sorted"):
            yield source.swap(node.value, f"sorted({code})", "order", 0.25)


def cleanings(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Text without the white space around it, or in one case; number and text made of each other."""
    text = isinstance(node, ast.Name | ast.Subscript) and isinstance(node.ctx, ast.Load)
    above = source.parents.get(node)
    if (
        text
        and isinstance(
            above, ast.Compare | ast.Subscript | ast.Assign | ast.Return | ast.Call | ast.List | ast.For
        )
        and not (isinstance(above, ast.Call) and above.func is node)
    ):
        code = source.code(node)
        for method, prior in zip(_CLEANED, (0.3, 0.28, 0.1), strict=True):
            yield source.swap(node, f"{code}.{method}", "cleaning", prior)
        for made, prior in (("str", 0.15), ("int", 0.15), ("float", 0.08)):
            yield source.swap(node, f"{made}({code})", "conversion", prior)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        if node.func.attr in {"strip", "lower", "upper", "title", "capitalize"}:
            yield source.swap(node, source.code(node.func.value), "cleaning", 0.3)
        elif node.func.attr in {"split", "group", "readline", "format"}:
            yield source.swap(node, f"{source.code(node)}.strip()", "cleaning", 0.2)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        if node.func.id in {"int", "round", "str", "abs"}:
            yield source.swap(node, source.code(node.args[0]), "conversion", 0.35)
        if node.func.id in {"int", "round"}:
            other = "round" if node.func.id == "int" else "int"
            yield source.swap(node.func, other, "conversion", 0.45)


def defaults(source: Source, node: ast.AST) -> Iterator[Edit]:
    """A fresh value a call for a shared mutable default."""
    if not isinstance(node, Function):
        return
    named = node.args.args[len(node.args.args) - len(node.args.defaults) :]
    for argument, default in zip(named, node.args.defaults, strict=True):
        if isinstance(default, ast.List | ast.Dict | ast.Set | ast.Call):
            documented = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
            first = node.body[1] if documented and len(node.body) > 1 else node.body[0]
            indent, place = source.indent(first), source.line_start(first.lineno)
            name, code = argument.arg, source.code(default)
            guard = f"{indent}{name} = {code} if {name} is None else {name}\n"
            begin, end = source.start(default), source.end(default)
            new = f"None{source.text[end:place]}{guard}"
            yield Edit(begin, place, new, "default", 0.9, node.lineno)


def _locals(function: Function) -> list[str]:
    spec = function.args
    found = [a.arg for a in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]
    found += [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return list(dict.fromkeys(found))


def _attributes(source: Source, owner: str, own: str) -> list[str]:
    near = source.attributes[owner] - {own}
    return sorted(near, key=lambda other: (-_alike(own, other), other))[:4]


def _alike(one: str, other: str) -> int:
    """Whether two names look like a pair: they share a word, or an end."""
    return int(
        bool(set(one.split("_")) & set(other.split("_"))) or one[:3] == other[:3] or one[-4:] == other[-4:]
    )
