"""A task out of a good repository, a defect, and the tests that see it: these are taken from sight."""

import ast
from collections import defaultdict
from collections.abc import Sequence

from benchmarks.mutations import Mutation
from benchmarks.task import Split, SuiteError, Task
from sandbox.tree import Change, File, Tree

MAX_OTHERS = 60
"""Tests that must go on passing, of the files that hold the hidden tests."""
_ELSEWHERE = 12


def task_with(
    name: str,
    split: Split,
    good: Tree,
    mutation: Mutation,
    failing: Sequence[str],
    passing: Sequence[str],
    issue: str,
) -> Task:
    """The task of repairing `mutation`; of `passing`, all that passes in `good`, some must go on passing.

    Raises:
        SuiteError: a failing test can't be taken out of its file.
    """
    parted = hidden_and_visible(defective(good, mutation), failing)
    if parted is None:
        raise SuiteError(f"task {name}: its failing tests can't be taken out of their files")
    hidden, visible = parted
    return Task(
        id=name,
        split=split,
        issue=issue,
        repository=visible,
        gold=Change(Tree({mutation.file: good[mutation.file]}), frozenset()),
        hidden=hidden,
        fail_to_pass=tuple(failing),
        pass_to_pass=others(failing, passing),
    )


def defective(good: Tree, mutation: Mutation) -> Tree:
    """`good` with the defect in."""
    file = good[mutation.file]
    return good.overlaid({mutation.file: File(mutation.applied_to(file.data), file.executable)})


def hidden_and_visible(tree: Tree, failing: Sequence[str]) -> tuple[Tree, Tree] | None:
    """The test files that hold `failing`, and `tree` without those tests; None if one can't be found."""
    by_file: dict[str, set[str]] = defaultdict(set)
    for test in failing:
        file, _, name = test.partition("::")
        by_file[file].add(name.partition("[")[0])
    hidden = {}
    visible = {}
    for file, names in by_file.items():
        if file not in tree:
            return None
        left = without(tree[file].data, names)
        if left is None:
            return None
        hidden[file] = tree[file]
        visible[file] = left
    return Tree(hidden), tree.overlaid(visible)


def without(source: bytes, names: set[str]) -> bytes | None:
    """`source` without the tests `names` (`f` or `Class::f`); None if one is not there."""
    module = ast.parse(source.decode())
    lines = source.decode().splitlines(keepends=True)
    cuts: list[tuple[int, int, str]] = []
    found = set()

    def look(block: Sequence[ast.stmt], outer: str) -> None:
        gone = []
        for node in block:
            if isinstance(node, ast.ClassDef):
                look(node.body, f"{outer}{node.name}::")
            elif isinstance(node, ast.FunctionDef) and outer + node.name in names:
                found.add(outer + node.name)
                gone.append(node)
        for node in gone:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            indent = " " * node.col_offset
            # A class may not be left empty.
            stays = f"{indent}pass\n" if outer and len(gone) == len(block) and node is gone[-1] else ""
            cuts.append((first - 1, node.end_lineno or first, stays))

    look(module.body, "")
    if found != names:
        return None
    for start, end, stays in sorted(cuts, reverse=True):
        lines[start:end] = [stays] if stays else []
    left = "".join(lines)
    try:
        ast.parse(left)
    except SyntaxError:
        return None
    return left.encode()


def others(failing: Sequence[str], passing: Sequence[str]) -> tuple[str, ...]:
    """Of `passing` those that must go on passing: many of the files that hold `failing`, some of others."""
    files = {test.partition("::")[0] for test in failing}
    rest = [test for test in passing if test not in set(failing)]
    near = [test for test in rest if test.partition("::")[0] in files]
    far = [test for test in rest if test.partition("::")[0] not in files]
    return (*_spread(near, MAX_OTHERS), *_spread(far, _ELSEWHERE))


def _spread(tests: Sequence[str], most: int) -> Sequence[str]:
    """At most `most` of `tests`, evenly spread."""
    return tests[:: -(-len(tests) // most)] if tests else ()
