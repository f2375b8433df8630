"""Defects that can be put into Python source: where, what is written instead, and of which kind."""

import ast
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

MAX_EDIT_BYTES = 400

_COMPARISONS: Mapping[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">")),
    ast.LtE: ("<=", ("<", ">=")),
    ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<=")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
}
_OPERATORS: Mapping[type[ast.operator], tuple[str, tuple[str, ...]]] = {
    ast.Add: ("+", ("-",)),
    ast.Sub: ("-", ("+",)),
    ast.Mult: ("*", ("+", "//")),
    ast.Div: ("/", ("*", "//")),
    ast.FloorDiv: ("//", ("%", "*")),
    ast.Mod: ("%", ("//",)),
    ast.BitAnd: ("&", ("|",)),
    ast.BitOr: ("|", ("&",)),
}
_BOOLEANS: Mapping[type[ast.boolop], tuple[str, str]] = {ast.And: ("and", "or"), ast.Or: ("or", "and")}
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Bytes `start` to `end` of a file give way to `replace`."""

    start: int
    end: int
    replace: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """Edits that do not overlap, all in one function of one file."""

    file: str
    function: str
    kind: str
    edits: tuple[Edit, ...]

    def applied_to(self, source: bytes) -> bytes:
        """`source` with the defect in."""
        for edit in sorted(self.edits, reverse=True):
            source = source[: edit.start] + edit.replace.encode() + source[edit.end :]
        return source


def mutations(file: str, source: bytes) -> list[Mutation]:
    """Every single-site mutation of the functions in `source` that still parses, in the order of the text."""
    try:
        # The offsets of nodes count bytes of UTF-8, and lines as the parser does.
        module = ast.parse(source.decode())
    except (SyntaxError, UnicodeDecodeError, ValueError, RecursionError):
        return []
    if b"\r" in source or b"\f" in source or source.startswith(b"\xef\xbb\xbf"):
        return []
    found: dict[Edit, Mutation] = {}
    for function, node in _functions(module, ()):
        for kind, edit in _Site(source, node).edits():
            if edit.end - edit.start > MAX_EDIT_BYTES:
                continue
            mutation = Mutation(file, function, kind, (edit,))
            if edit not in found and _parses(mutation.applied_to(source)):
                found[edit] = mutation
    return [found[edit] for edit in sorted(found)]


def pairs(single: list[Mutation]) -> list[Mutation]:
    """Two-site mutations: each pair of neighbours, of different places and kinds, within one function."""
    made = []
    by_function = itertools.groupby(
        sorted(single, key=lambda one: (one.file, one.function)), key=lambda one: (one.file, one.function)
    )
    for _, group in by_function:
        for first, second in itertools.combinations(group, 2):
            (a,), (b,) = first.edits, second.edits
            if first.kind != second.kind and (a.end <= b.start or b.end <= a.start):
                made.append(replace(first, kind="two sites", edits=(a, b)))
    return made


def _functions(node: ast.AST, names: tuple[str, ...]) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Function):
            yield ".".join((*names, child.name)), child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, (*names, child.name))
        elif isinstance(child, ast.If | ast.Try):
            yield from _functions(child, names)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those inside formatted strings, whose positions Python 3.11 tells wrong."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.JoinedStr):
            yield from _walk(child)


def _parses(source: bytes) -> bool:
    try:
        ast.parse(source.decode())
    except SyntaxError:
        return False
    return True


@dataclass(slots=True)
class _Site:
    """One function, and what can go wrong in it."""

    source: bytes
    function: ast.AST
    _starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._starts = [0, *itertools.accumulate(len(line) for line in self.source.splitlines(keepends=True))]

    def edits(self) -> Iterator[tuple[str, Edit]]:
        for node in _walk(self.function):
            if isinstance(node, _Function):
                yield from self._defaults(node.args)
            if isinstance(node, ast.expr):
                yield from self._expression(node)
            if isinstance(node, ast.AugAssign) and type(node.op) in _OPERATORS:
                sign, others = _OPERATORS[type(node.op)]
                yield from self._between(
                    "operator", node.target, node.value, sign + "=", [f"{other}=" for other in others]
                )
            if isinstance(node, ast.If):
                yield "inverted if", self._around(node.test, "not (", ")")
                if node.orelse:
                    start, end = self._end(node.body[-1]), self._end(node.orelse[-1])
                    yield "dropped branch", Edit(start, end, "")
            for block in ("body", "orelse", "finalbody"):
                yield from self._dropped(getattr(node, block, None))

    def _expression(self, node: ast.expr) -> Iterator[tuple[str, Edit]]:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                text, others = _COMPARISONS[type(op)]
                yield from self._between("comparison", left, right, text, others)
            case ast.BoolOp(op=junction, values=[first, second]):
                text, other = _BOOLEANS[type(junction)]
                yield from self._between("boolean", first, second, text, [other])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield "negation", Edit(self._start(node), self._start(operand), "")
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
                if not _is_text(left):
                    text, others = _OPERATORS[type(operator)]
                    yield from self._between("operator", left, right, text, others)
            case ast.Constant(value=int() as value) if not isinstance(value, bool) and 0 <= value < 10:
                for digit in (value + 1, value - 1) if value else (1,):
                    yield "integer", Edit(self._start(node), self._end(node), str(digit))
            case ast.Call(args=args):
                for first, second in itertools.pairwise(args):
                    yield from self._swapped(first, second)
            case _:
                pass

    def _defaults(self, arguments: ast.arguments) -> Iterator[tuple[str, Edit]]:
        for node in (*arguments.defaults, *arguments.kw_defaults):
            if not isinstance(node, ast.Constant):
                continue
            if isinstance(node.value, bool):
                yield "default", Edit(self._start(node), self._end(node), str(not node.value))
            elif isinstance(node.value, int):
                yield "default", Edit(self._start(node), self._end(node), str(node.value + 1))

    def _swapped(self, first: ast.expr, second: ast.expr) -> Iterator[tuple[str, Edit]]:
        start, end = self._start(first), self._end(second)
        a, b = (self.source[self._start(node) : self._end(node)] for node in (first, second))
        if a != b and not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
            middle = self.source[self._end(first) : self._start(second)]
            yield "swapped arguments", Edit(start, end, (b + middle + a).decode())

    def _dropped(self, block: object) -> Iterator[tuple[str, Edit]]:
        if not isinstance(block, list) or len(block) < 2:
            return
        for node in block:
            if not _is_droppable(node):
                continue
            start = self._starts[node.lineno - 1]
            end = self._starts[node.end_lineno]
            alone = self.source[start : self._start(node)] + self.source[self._end(node) : end]
            if not alone.strip():
                yield "dropped statement", Edit(start, end, "")

    def _between(
        self, kind: str, left: ast.expr, right: ast.expr, text: str, others: tuple[str, ...] | list[str]
    ) -> Iterator[tuple[str, Edit]]:
        start, end = self._end(left), self._start(right)
        gap = self.source[start:end].decode()
        if " ".join(gap.strip("() \t\n\\").split()) != text:
            return
        at = start + gap.encode().index(text.split(maxsplit=1)[0].encode())
        length = len(gap.strip("() \t\n\\").encode())
        for other in others:
            yield kind, Edit(at, at + length, other)

    def _around(self, node: ast.expr, before: str, after: str) -> Edit:
        start, end = self._start(node), self._end(node)
        return Edit(start, end, f"{before}{self.source[start:end].decode()}{after}")

    def _start(self, node: ast.expr | ast.stmt) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_droppable(node: ast.stmt) -> bool:
    """Whether the function can do without it: an effect or a guard, and no name that is read later."""
    match node:
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Continue() | ast.Break():
            return True
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return True
        case ast.If(body=[ast.Return() | ast.Raise() | ast.Continue() | ast.Break()], orelse=[]):
            return True
        case _:
            return False
