"""Edits of Python source by syntax: find a node, put other text in its place, leave the rest untouched."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from dgm.playbook.base import Files


def modules(files: Files) -> Iterator[tuple[str, ast.Module]]:
    """The syntax of each file that has any, in order of path; not to be changed."""
    for path in sorted(files):
        tree = _parsed(files[path])
        if tree is not None:
            yield path, tree


def replaced(text: str, pieces: Iterable[tuple[ast.stmt | ast.expr, str]]) -> str:
    """`text` with each node's source replaced; nodes must not overlap."""
    data = text.encode()
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    spans = [
        (starts[node.lineno - 1] + node.col_offset, starts[_end(node) - 1] + (node.end_col_offset or 0), new)
        for node, new in pieces
    ]
    for start, end, new in sorted(spans, reverse=True):
        data = data[:start] + new.encode() + data[end:]
    return data.decode()


def code(text: str, node: ast.stmt | ast.expr) -> str:
    """The source of `node`, without the indentation of its first line."""
    return ast.get_source_segment(text, node) or ""


def with_import(text: str, line: str) -> str:
    """`text` with an import added after its last top-level import, or after its docstring."""
    tree = ast.parse(text)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    if imports:
        return replaced(text, [(imports[-1], f"{code(text, imports[-1])}\n{line}")])
    docstring = tree.body[0] if ast.get_docstring(tree) is not None else None
    return (
        replaced(text, [(docstring, f"{code(text, docstring)}\n\n{line}")])
        if docstring
        else f"{line}\n\n{text}"
    )


def module_name(path: str) -> str:
    """The dotted name of the module at `path`."""
    return path.removesuffix(".py").replace("/", ".")


def beside(path: str, name: str) -> str:
    """The path of a file called `name` in the folder of `path`."""
    return f"{path.rpartition('/')[0]}/{name}".lstrip("/")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Every function, at any depth."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def constants(tree: ast.Module) -> Mapping[str, ast.Constant]:
    """The values of the module's own constants: plain names given a literal at top level."""
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def names(node: ast.AST) -> frozenset[str]:
    """Every name that is mentioned below `node`."""
    return frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))


def literals(node: ast.AST) -> frozenset[str]:
    """Every string literal below `node`."""
    return frozenset(
        inner.value
        for inner in ast.walk(node)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
    )


# A mind without memory parses the same few files at every turn.
@lru_cache(maxsize=256)
def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _end(node: ast.stmt | ast.expr) -> int:
    return node.end_lineno or node.lineno
