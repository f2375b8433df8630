"""Renames what a repository calls its own: identifiers, files, and the same words in messages and issues."""

import ast
import builtins
import importlib
import keyword
import re
import sys
from collections.abc import Iterator, Mapping

from benchmarks.task import Task
from sandbox.tree import Change, File, Tree

_WORD = re.compile(r"(?<!\\)[A-Za-z_][A-Za-z0-9_]*")
_LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "hijklmnopqrstuvwxyzabcdefgHIJKLMNOPQRSTUVWXYZABCDEFG",
)
_TYPES = (str, bytes, int, float, list, dict, set, tuple, frozenset, object, type, BaseException, range)
# Words of the test runner, and keywords of constructors written in C, which have no names to ask for.
_KEPT = frozenset(
    {
        "tests",
        "conftest",
        "README",
        "pyproject",
        "toml",
        "py",
        "md",
        "pytest",
        "tmp_path",
        "self",
        "cls",
        "key",
        "default",
        "reverse",
        "weeks",
        "days",
        "hours",
        "minutes",
        "seconds",
    }
)


def renamed(task: Task) -> Task:
    """The same task in other words; words keep their lengths, so that widths in texts stay."""
    names = names_of(task.repository)

    def text(old: str) -> str:
        return _WORD.sub(lambda word: names.get(word[0], word[0]), old)

    def tree(old: Tree) -> Tree:
        return Tree(
            {
                text(path): File(text(file.data.decode()).encode(), file.executable)
                for path, file in old.items()
            }
        )

    return Task(
        id=task.id,
        split=task.split,
        issue=text(task.issue),
        repository=tree(task.repository),
        gold=Change(tree(task.gold.written), frozenset(map(text, task.gold.deleted))),
        hidden=tree(task.hidden),
        fail_to_pass=tuple(map(text, task.fail_to_pass)),
        pass_to_pass=tuple(map(text, task.pass_to_pass)),
        grading_seconds=task.grading_seconds,
    )


def names_of(repository: Tree) -> Mapping[str, str]:
    """A new name for each name that the repository itself defines and nobody else uses."""
    own: set[str] = set()
    alien = {*_KEPT, *keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
    for known in _TYPES:
        alien.update(dir(known))
    for path, file in repository.items():
        if path.endswith(".py"):
            parsed = ast.parse(file.data)
            own.update(_defined(parsed))
            own.update(_WORD.findall(path))
            alien.update(_foreign(parsed))
    # A private name may be put together from text: its parts stay.
    alien.update(part for name in own if name.startswith("_") for part in name.split("_"))
    kept = {name for name in own if name.startswith(("_", "test_")) or name in alien}
    taken = own | alien
    return {name: _fresh(name, taken) for name in sorted(own - kept) if len(name) > 1}


def _fresh(name: str, taken: set[str]) -> str:
    new = name.translate(_LETTERS)
    while new in taken:
        new = new.translate(_LETTERS)
        if new == name:
            return name
    return new


def _defined(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def _foreign(tree: ast.AST) -> Iterator[str]:
    """Names of the standard library's modules in use, and all that these and their classes hold."""
    for node in ast.walk(tree):
        modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules = [node.module]
        for name in modules:
            if name.split(".")[0] not in {*sys.stdlib_module_names, "pytest"}:
                continue
            module = importlib.import_module(name)
            yield from name.split(".")
            for part, value in vars(module).items():
                yield part
                yield from dir(value) if isinstance(value, type) else ()
