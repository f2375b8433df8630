"""Python source with exact positions, and small textual edits of it."""

import ast
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `new` where text[start:end] stands. `prior` in 0..1: how often such an edit is the mend."""

    start: int
    end: int
    new: str
    kind: str
    prior: float
    line: int
    """The line blamed, counted from 1."""

    def apply(self, text: str) -> str:
        """`text` with the edit made."""
        return text[: self.start] + self.new + text[self.end :]


class Source:
    """A parsed file. Offsets are in characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        # Lines end where they end for the parser: texts are split at form feeds as well, bytes are not.
        self._lines = [line.decode() for line in text.encode().splitlines(keepends=True)]
        self._starts = [0, *accumulate(map(len, self._lines))]

    def offset(self, line: int, column: int) -> int:
        """Where (line, column in bytes) stands, as `ast` counts them."""
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        if not text.isascii():
            column = len(text.encode()[:column].decode(errors="ignore"))
        return self._starts[line - 1] + column

    def start(self, node: ast.AST) -> int:
        """Where the node begins."""
        return self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """Where the node ends."""
        return self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def code(self, node: ast.AST) -> str:
        """The node's own text."""
        return self.text[self.start(node) : self.end(node)]

    def lines(self, node: ast.AST) -> str:
        """The whole lines of a definition, its decorators included."""
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])  # type: ignore[attr-defined]
        return "".join(self._lines[first - 1 : node.end_lineno])  # type: ignore[attr-defined]

    def swap(self, node: ast.AST, new: str, kind: str, prior: float) -> Edit:
        """The edit that puts `new` in the node's place."""
        return Edit(self.start(node), self.end(node), new, kind, prior, node.lineno)  # type: ignore[attr-defined]

    def rename(self, node: ast.Attribute, new: str, kind: str, prior: float) -> Edit:
        """The edit that asks the same object for `new`."""
        end = self.end(node)
        return Edit(end - len(node.attr), end, new, kind, prior, node.lineno)

    def between(
        self, left: ast.AST, right: ast.AST, old: str, new: str, kind: str, prior: float
    ) -> Iterator[Edit]:
        """The edit of the operator `old` between two operands, if it stands there."""
        begin, end = self.end(left), self.start(right)
        place = self.text.find(old, begin, end)
        if place >= 0:
            line = self.text.count("\n", 0, place) + 1
            yield Edit(place, place + len(old), new, kind, prior, line)

    def line_start(self, line: int) -> int:
        """Where a line begins."""
        return self._starts[line - 1]

    def after(self, node: ast.AST) -> int:
        """Where the line after the node's last one begins."""
        end = self.text.find("\n", self.end(node))
        return len(self.text) if end < 0 else end + 1

    def indent(self, node: ast.stmt) -> str:
        """The white space before a statement."""
        line = self._lines[node.lineno - 1]
        return line[: len(line) - len(line.lstrip())]

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """Each node's parent."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def owner(self, node: ast.AST) -> Function | None:
        """The innermost function around a node."""
        above = self.parents.get(node)
        while above is not None and not isinstance(above, Function):
            above = self.parents.get(above)
        return above

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function, outer ones first."""
        return tuple(node for node in ast.walk(self.tree) if isinstance(node, Function))

    @cached_property
    def attributes(self) -> Mapping[str, Set[str]]:
        """For the text of an object every attribute of it that is named in the file."""
        found: dict[str, set[str]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute):
                found.setdefault(self.code(node.value), set()).add(node.attr)
        return found


@lru_cache(maxsize=256)
def parsed(text: str) -> Source | None:
    """The source, or None if it is no Python."""
    try:
        return Source(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


@lru_cache(maxsize=64)
def readable_part(text: str) -> str:
    """The longest run of whole lines from the beginning that is Python: what a cut text still tells."""
    lines = text.splitlines(keepends=True)
    for count in range(len(lines), 0, -1):
        part = "".join(lines[:count])
        if lines[count - 1].strip() and parsed(part) is not None:
            return part
    return ""
