"""A task out of two states of a repository: what changed in its tests judges what changed in its sources."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.difficulty import difficulty
from benchmarks.hiding import others, without
from benchmarks.leaks import leaks
from benchmarks.observed import observed, test_modules
from benchmarks.protected import is_protected
from benchmarks.task import Split, Task
from benchmarks.telling import issue
from benchmarks.verify import doubt
from sandbox.base import Sandbox
from sandbox.tree import Change, File, Tree

_ELSEWHERE = 12
_PROSE = re.compile(r"docs?/.*|[^/.]+|[^/]+\.(?:md|rst|txt)", re.IGNORECASE)
"""What tells of a change belongs to its issue, not to its repair."""
_SETTINGS = frozenset({"pyproject.toml", "setup.cfg", "tox.ini", "noxfile.py", "pytest.ini", ".pytest.ini"})


class Refused(ValueError):
    """No task can be made of it; the message says why."""


@dataclass(frozen=True, slots=True)
class Maker:
    """What makers have in common. `rewrite` may put issues into other words, which are checked for leaks."""

    sandbox: Sandbox
    seconds: float = 60.0
    """Of one run of the tests."""
    split: Split = "search"
    rewrite: Callable[[str], str] | None = None

    def finished(self, task: Task, *, seen: int = 0) -> Task:
        """`task`, told in other words if it can be, graded in difficulty, and verified; `seen` as in `doubt`.

        Raises:
            Refused: its issue gives the repair away, or it can't be trusted.
            SandboxError: the sandbox broke.
        """
        found = leaks(task)
        if found:
            raise Refused(f"the issue leaks: {found[0]}")
        if self.rewrite is not None:
            other = replace(task, issue=self.rewrite(task.issue).strip() + "\n")
            task = task if leaks(other) or not other.issue.strip() else other
        why = doubt(task, self.sandbox, seen=seen)
        if why is not None:
            raise Refused(why.removeprefix(f"task {task.id}: "))
        return replace(task, labels={**task.labels, "difficulty": difficulty(task)})


@dataclass(frozen=True, slots=True)
class Difference:
    """Two states of a repository and what was said about the step; `versions` are those it goes between."""

    name: str
    before: Tree
    after: Tree
    told: str
    labels: Mapping[str, str]
    versions: tuple[str, str] | None = None


def task_of(step: Difference, maker: Maker) -> Task:
    """The verified task of making `step`.

    Raises:
        Refused: it is none, with the reason.
        SandboxError: the sandbox broke.
    """
    hidden, gold = _parted(step)
    modules = test_modules(hidden)
    if not modules:
        raise Refused("changes no tests")
    if not any(path.endswith(".py") for path in gold.paths):
        raise Refused("changes no Python source")
    near = _seen(step.before, gold, hidden, modules, maker)
    if near is None:
        # One that hangs, or ends the run, would hide the others.
        whole = step.before.overlaid(hidden)
        modules = tuple(one for one in modules if observed(whole, (one,), maker.sandbox, maker.seconds))
        near = _seen(step.before, gold, hidden, modules, maker) if modules else None
    if near is None:
        raise Refused(f"the tests give no report in {maker.seconds:g} s")
    if not near.failing:
        raise Refused("no test fails before and passes after")
    chosen = (*modules, *_spread([one for one in test_modules(step.before) if one not in modules]))
    repository = _consistent(step.before, gold, chosen, maker)
    seen = _seen(repository, gold, hidden, chosen, maker) or near
    trees = repository.overlaid(hidden), gold.applied_to(repository).overlaid(hidden)
    failing = tuple(test for test in seen.failing if _stands(test, modules, trees[1]))
    if seen.broken or not failing:
        raise Refused(f"breaks {seen.broken[0]}" if seen.broken else "its tests fail only sometimes")
    task = Task(
        id=step.name,
        split=maker.split,
        issue="",
        repository=repository,
        gold=gold,
        hidden=hidden,
        fail_to_pass=failing,
        pass_to_pass=others(failing, [one for one in seen.passing if _stands(one, chosen, trees[1])]),
        grading_seconds=maker.seconds,
        labels=step.labels,
    )
    told = issue(step.told, task, trees, seen.listed, maker.sandbox)
    if told is None:
        raise Refused(
            "nothing tells what is wrong: too few words, and no failing input that a script can show"
        )
    return maker.finished(replace(task, issue=told))


def _stands(test: str, modules: Sequence[str], tree: Tree) -> bool:
    """Whether a test can be asked for where a report places it, which is elsewhere if it is inherited."""
    file, _, name = test.partition("::")
    outer = re.escape(re.split(r"::|\[", name, maxsplit=1)[0])
    return file in modules and re.search(rf"\b(?:class|def) {outer}\b", tree.text(file)) is not None


def _parted(step: Difference) -> tuple[Tree, Change]:
    """New and changed tests, and the change of the sources without what only counts the version up."""
    change = Change.between(step.before, step.after)
    hidden = change.written.where(
        lambda path: (
            is_protected(path)
            and path.rpartition("/")[2] not in _SETTINGS
            and not path.rpartition("/")[2].startswith(".git")
        )
    )
    source = change.where(lambda path: not is_protected(path) and not _PROSE.fullmatch(path))
    written = {}
    for path, file in source.written.items():
        old = step.before.get(path)
        if b"\0" in file.data or (old is not None and b"\0" in old.data):
            continue
        kept = file if old is None or step.versions is None else _uncounted(old, file, step.versions)
        if kept != old:
            written[path] = kept
    deleted = {path for path in source.deleted if b"\0" not in step.before[path].data}
    return hidden, Change(Tree(written), frozenset(deleted))


def _uncounted(old: File, new: File, versions: tuple[str, str]) -> File:
    """`new` without the hunks that do nothing but write the new version where the old one stood."""
    left, right = (
        file.data.decode("utf-8", "surrogateescape").splitlines(keepends=True) for file in (old, new)
    )
    out: list[str] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        counted = tag == "replace" and [line.replace(*versions) for line in left[a:b]] == right[c:d]
        out += left[a:b] if counted else right[c:d]
    return File("".join(out).encode("utf-8", "surrogateescape"), new.executable)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Tests that only the repair lets pass, that pass either way, that it breaks; and all there are."""

    failing: tuple[str, ...]
    passing: tuple[str, ...]
    broken: tuple[str, ...]
    listed: tuple[str, ...]


def _seen(before: Tree, gold: Change, hidden: Tree, modules: Sequence[str], maker: Maker) -> _Seen | None:
    """What `modules` show, twice the same; None if they give no report."""
    old, new = before.overlaid(hidden), gold.applied_to(before).overlaid(hidden)
    runs: list[tuple[Mapping[str, str], Mapping[str, str]]] = []
    for _ in range(2):
        pair = tuple(observed(tree, modules, maker.sandbox, maker.seconds) for tree in (old, new))
        if pair[0] is None or pair[1] is None:
            return None
        runs.append((pair[0], pair[1]))
        if all(how != "passed" or pair[0].get(name) == "passed" for name, how in pair[1].items()):
            break
    listed = tuple(runs[0][1])
    sides = [[pair[side] for pair in runs] for side in (0, 1)]
    passes = {name: [{run.get(name) == "passed" for run in side} for side in sides] for name in listed}
    named = [name for name in listed if name.isprintable() and " at 0x" not in name]
    return _Seen(
        failing=tuple(name for name in named if passes[name] == [{False}, {True}]),
        passing=tuple(name for name in named if passes[name] == [{True}, {True}]),
        broken=tuple(name for name in named if passes[name] == [{True}, {False}]),
        listed=listed,
    )


def _spread(modules: Sequence[str]) -> Sequence[str]:
    """Some of many modules: a large project's all would take their time at each grading."""
    return modules[:: -(-len(modules) // _ELSEWHERE)] if modules else ()


def _consistent(before: Tree, gold: Change, modules: Sequence[str], maker: Maker) -> Tree:
    """`before` without those of its tests that the repair breaks: they assert what is to be mended."""
    old = [path for path in modules if path in before]
    ends = [observed(tree, old, maker.sandbox, maker.seconds) for tree in (before, gold.applied_to(before))]
    if not old or ends[0] is None or ends[1] is None:
        return before
    wrong: dict[str, set[str]] = {}
    for name, how in ends[0].items():
        if how == "passed" != ends[1].get(name):
            file, _, test = name.partition("::")
            wrong.setdefault(file, set()).add(test.partition("[")[0])
    for file, names in wrong.items():
        if file not in before:
            raise Refused(f"its own test {file} fails on the repair, and can't be taken out")
        left = without(before[file].data, names)
        kept = set(before) - {file}
        before = Tree({path: before[path] for path in kept} | ({} if left is None else {file: File(left)}))
    return before
