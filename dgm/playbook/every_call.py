"""Every call: all tool calls of a turn are carried out, where only the first one was."""

import ast
import textwrap
from collections.abc import Iterator, Sequence

from numpy.random import Generator

from dgm.playbook import source
from dgm.playbook.base import Entry, Files, NotApplicable


def edit(files: Files, rng: Generator) -> Files:  # noqa: ARG001 - nothing to draw
    """Turn `call = calls[0]` and what follows into a loop over the calls."""
    for path, tree in source.modules(files):
        for function in source.functions(tree):
            if "tool_calls" in source.literals(function):
                for block in _blocks(function):
                    text = _looped(files[path], block)
                    if text is not None:
                        return {path: text}
    raise NotApplicable("no place that takes only the first call of a turn was found")


def _blocks(function: ast.FunctionDef) -> Iterator[Sequence[ast.stmt]]:
    for node in ast.walk(function):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            yield body


def _looped(text: str, block: Sequence[ast.stmt]) -> str | None:
    for place, statement in enumerate(block):
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=one)],
                value=ast.Subscript(value=ast.Name(id=many), slice=ast.Constant(value=0)),
            ):
                return _rest_looped(text, block[place:], one, many)
    return None


def _rest_looped(text: str, block: Sequence[ast.stmt], one: str, many: str) -> str | None:
    """The first statement chose the one call; the others use it, or name it as the only one in a list."""
    _, *rest = block
    lists = {statement: list(_only(statement, one)) for statement in rest}
    inside = [statement for statement in rest if one in source.names(statement) and not lists[statement]]
    if not inside or inside != rest[-len(inside) :]:
        return None
    lines = [source.code(text, statement) for statement in rest if statement not in inside]
    for old in {source.code(text, node) for nodes in lists.values() for node in nodes}:
        lines = [line.replace(old, many) for line in lines]
    indent = " " * block[0].col_offset
    body = "\n".join(indent + source.code(text, statement) for statement in inside)
    loop = f"for {one} in {many}:\n" + textwrap.indent(body, "    ")
    new = f"\n{indent}".join([*lines, loop])
    first, last = block[0], block[-1]
    span = ast.Pass(
        lineno=first.lineno,
        col_offset=first.col_offset,
        end_lineno=last.end_lineno,
        end_col_offset=last.end_col_offset,
    )
    return source.replaced(text, [(span, new)])


def _only(statement: ast.stmt, one: str) -> Iterator[ast.List]:
    for node in ast.walk(statement):
        match node:
            case ast.List(elts=[ast.Name(id=name)]) if name == one:
                yield node


EVERY_CALL = Entry(
    name="every_call",
    title="Carry out every tool call of a turn",
    source="Chat Completions lets a turn hold several calls",
    needs="a statement that takes only the first of a turn's calls",
    helps="helps",
    edit=edit,
    signs=("budget is used up",),
)
