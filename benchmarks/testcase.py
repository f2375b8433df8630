"""A test read as a script: what it imports and does, and the value that an assertion is about."""

import ast
import builtins
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.protected import is_protected
from sandbox.tree import Tree

_Definition = (ast.FunctionDef, ast.ClassDef)
_TESTS = frozenset({"test", "tests", "testing"})
_RUNNERS = frozenset({"pytest", "unittest", "self", "cls"})
_ABOUT_FIRST = frozenset(
    {
        "assertTrue",
        "assertFalse",
        "assertIsNone",
        "assertIsNotNone",
        "assertIsInstance",
        "assertNotIsInstance",
    }
)


@dataclass(frozen=True, slots=True)
class Case:
    """The body of a test, its arguments bound by leading assignments; `module` is the file it stands in.

    `folder` is where that file is, `private` the modules beside it, which no user has.
    """

    module: ast.Module
    body: tuple[ast.stmt, ...]
    folder: str
    private: frozenset[str]

    def context(self, used: Iterable[ast.stmt]) -> list[ast.stmt] | None:
        """The imports and definitions of the module that `used` needs; None if it takes more than those."""
        used = list(used)
        missing = _read(used) - _bound(used)
        kept: dict[int, ast.stmt] = {}
        growing = True
        while growing:
            growing = False
            for at, statement in enumerate(self.module.body):
                part = _needed(statement, missing)
                if part is not None and ast.dump(part) != ast.dump(kept.get(at, ast.Pass())):
                    kept[at] = part
                    missing |= _read([part]) - _bound([part])
                    growing = True
        made = [kept[at] for at in sorted(kept)]
        starred = any(isinstance(one, ast.ImportFrom) and one.names[0].name == "*" for one in made)
        unknown = missing - _bound(made) - set(dir(builtins))
        if (
            (unknown and not starred)
            or any(_imports(one, self.private) for one in made)
            or _RUNNERS & missing
        ):
            return None
        return made

    def until(self, index: int, used: Iterable[ast.AST]) -> list[ast.stmt]:
        """The statements before `index` that `used` depends on, by the names they share; no assertions."""
        needed = _read(used)
        kept: list[ast.stmt] = []
        for statement in reversed(self.body[:index]):
            if _is_check(statement):
                continue
            if (_bound([statement]) & needed) or (not _bound([statement]) and _read([statement]) & needed):
                kept.insert(0, statement)
                needed |= _read([statement])
        return kept


def case_of(test: str, listed: Sequence[str], repository: Tree) -> Case | None:
    """The test with the node id `test`; `listed` are all node ids in pytest's order.

    None if it needs what a script has not: fixtures, or parameters that are not written out.
    """
    file, _, name = test.partition("::")
    function = name.partition("[")[0]
    alike = [one for one in listed if one.partition("[")[0] == f"{file}::{function}"]
    try:
        module = ast.parse(repository.text(file))
    except (KeyError, SyntaxError, ValueError, RecursionError):
        return None
    body = _body(module, function, alike.index(test))
    if body is None:
        return None
    folder = file.rpartition("/")[0]
    beside = {path.rpartition("/")[2] for path in repository if path.rpartition("/")[0] == folder}
    private = {name.removesuffix(".py") for name in beside if is_protected(f"{folder}/{name}")}
    return Case(module, body, folder, _TESTS | private)


def _body(module: ast.Module, name: str, number: int) -> tuple[ast.stmt, ...] | None:
    block: Sequence[ast.stmt] = module.body
    *classes, last = name.split("::")
    for wanted in classes:
        found = [node for node in block if isinstance(node, ast.ClassDef) and node.name == wanted]
        if len(found) != 1:
            return None
        block = found[0].body
    tests = [node for node in block if isinstance(node, ast.FunctionDef) and node.name == last]
    if len(tests) != 1:
        return None
    (test,) = tests
    names = [argument.arg for argument in test.args.args if argument.arg != "self"]
    given = _parameters(test, number) if names else []
    if given is None or {target.id for one in given for target in _targets(one)} != set(names):
        return None
    body = test.body[1:] if ast.get_docstring(test, clean=False) is not None else test.body
    return (*given, *body)


def subjects(statement: ast.stmt) -> tuple[list[ast.stmt], list[ast.expr], bool]:
    """What to do first, the values that `statement` is about (best first), and whether it awaits an error."""
    match statement:
        case ast.Assert(test=test):
            return [], _of_condition(test), False
        case ast.With(items=[ast.withitem(context_expr=ast.Call() as call)], body=[*before, last]):
            if not _called(call).lower().endswith("raises"):
                return [], [], False
            value = last.value if isinstance(last, ast.Expr | ast.Assign) else None
            return before, [value] if value is not None else [], True
        case ast.Expr(value=ast.Call(args=[_, function, *rest]) as call) if (
            _called(call).lower().endswith("raises")
        ):
            return [], [ast.Call(function, list(rest), call.keywords)], True
        case ast.Expr(value=ast.Call(args=args) as call) if _called(call).startswith("assert"):
            if _called(call) in _ABOUT_FIRST:
                return [], args[:1], False
            return [], _best_first(args[:2]), False
        case ast.Expr(value=value) | ast.Assign(value=value):
            return [], [value], False
        case _:
            return [], [], False


def _of_condition(test: ast.expr) -> list[ast.expr]:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            return [*_best_first([left, right]), test]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [operand]
        case _:
            return [test]


def _best_first(sides: Sequence[ast.expr]) -> list[ast.expr]:
    """Those with a call in them first; literals tell nothing."""
    telling = [side for side in sides if any(isinstance(node, ast.Name) for node in ast.walk(side))]
    return sorted(telling, key=lambda side: not any(isinstance(node, ast.Call) for node in ast.walk(side)))


def _parameters(test: ast.FunctionDef, number: int) -> list[ast.stmt] | None:
    """The assignments that stand for one `parametrize`, if its list is written out."""
    match test.decorator_list:
        case [ast.Call(args=[names, ast.List(elts=rows) | ast.Tuple(elts=rows)]) as call]:
            if _called(call) != "parametrize" or number >= len(rows):
                return None
        case _:
            return None
    match names:
        case ast.Constant(value=str() as text):
            split = [name.strip() for name in text.split(",") if name.strip()]
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            split = [str(one.value) for one in elements if isinstance(one, ast.Constant)]
        case _:
            return None
    row = rows[number]
    values = row.elts if isinstance(row, ast.Tuple | ast.List) and len(split) > 1 else [row]
    if len(values) != len(split) or any(isinstance(value, ast.Starred) for value in values):
        return None
    return [
        ast.fix_missing_locations(ast.Assign([ast.Name(name, ast.Store())], value))
        for name, value in zip(split, values, strict=True)
    ]


def _targets(statement: ast.stmt) -> list[ast.Name]:
    return [node for node in ast.walk(statement) if isinstance(node, ast.Name) and _stores(node)]


def _stores(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _is_check(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assert():
            return True
        case ast.Expr(value=ast.Call() as call):
            return _called(call).startswith("assert")
        case ast.With(items=[ast.withitem(context_expr=ast.Call() as call), *_]):
            return _called(call).lower().endswith("raises")
        case _:
            return False


def _read(statements: Iterable[ast.AST]) -> set[str]:
    return {
        node.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and not _stores(node)
    }


def _bound(statements: Iterable[ast.AST]) -> set[str]:
    names: set[str] = set()
    for statement in statements:
        for node in ast.walk(statement):
            match node:
                case ast.Name(ctx=ast.Store(), id=name) | ast.arg(arg=name):
                    names.add(name)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                    names.add(name)
                case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                    names |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
                case _:
                    pass
    return names


def _needed(statement: ast.stmt, names: set[str]) -> ast.stmt | None:
    """The part of a top-level statement that gives some of `names`."""
    match statement:
        case ast.ImportFrom(names=[ast.alias(name="*")]):
            return statement
        case ast.ImportFrom(module=module, names=aliases, level=level):
            kept = [alias for alias in aliases if (alias.asname or alias.name) in names]
            return ast.ImportFrom(module, kept, level) if kept else None
        case ast.Import(names=aliases):
            kept = [alias for alias in aliases if (alias.asname or alias.name.partition(".")[0]) in names]
            return ast.Import(kept) if kept else None
        case ast.FunctionDef() | ast.ClassDef() | ast.Assign():
            outer = {statement.name} if isinstance(statement, _Definition) else _bound([statement])
            return statement if outer & names else None
        case _:
            return None


def _imports(statement: ast.stmt, private: frozenset[str]) -> bool:
    match statement:
        case ast.ImportFrom(module=module, level=level):
            return level > 0 or bool(private & set((module or "").split(".")))
        case ast.Import(names=aliases):
            return any(private & set(alias.name.split(".")) for alias in aliases)
        case _:
            return False
