"""A task out of two states of a repository: what changed in its tests judges what changed in its sources."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.difficulty import difficulty
from benchmarks.hiding import others, without
from benchmarks.leaks import leaks
from benchmarks.observed import observed, test_modules
from benchmarks.protected import is_protected
from benchmarks.reproduction import Reproduction, reproduction
from benchmarks.task import Split, Task
from benchmarks.testcase import case_of
from benchmarks.verify import doubt
from sandbox.base import Sandbox
from sandbox.tree import Change, File, Tree

MAX_TOLD = 3
"""Failing inputs that an issue shows."""
_TRIED = 8
FEWEST_WORDS = 3
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

    def finished(self, task: Task) -> Task:
        """`task`, told in other words if it can be, graded in difficulty, and verified.

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
        why = doubt(task, self.sandbox)
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
    repository = _consistent(step.before, gold, maker)
    old, new = repository.overlaid(hidden), gold.applied_to(repository).overlaid(hidden)
    before, after, listed = _twice(old, new, modules, maker)
    failing = tuple(name for name in after if name not in before and name.partition("::")[0] in modules)
    broken = [name for name in before if name not in after]
    if broken:
        raise Refused(f"breaks {broken[0]}")
    if not failing:
        raise Refused("no test fails before and passes after")
    passing = [name for name in after if name in before]
    task = Task(
        id=step.name,
        split=maker.split,
        issue="",
        repository=repository,
        gold=gold,
        hidden=hidden,
        fail_to_pass=failing,
        pass_to_pass=others(failing, passing),
        grading_seconds=maker.seconds,
        labels=step.labels,
    )
    return maker.finished(replace(task, issue=_issue(step, task, (old, new), listed, maker)))


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
    source = change.where(lambda path: not is_protected(path))
    written = {}
    for path, file in source.written.items():
        old = step.before.get(path)
        if b"\0" in file.data or (old is not None and b"\0" in old.data):
            continue
        kept = file if old is None or step.versions is None else _uncounted(old, file, step.versions)
        if kept != old:
            written[path] = kept
    return hidden, Change(Tree(written), source.deleted)


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


def _twice(
    old: Tree, new: Tree, modules: Sequence[str], maker: Maker
) -> tuple[set[str], Sequence[str], Sequence[str]]:
    """What passes twice in `old` and in `new`, and all that `new` lists; of all tests, if they end."""
    for chosen in (test_modules(new), tuple(modules)):
        runs = [observed(tree, chosen, maker.sandbox, maker.seconds) for tree in (new, old)]
        if runs[0] is None or runs[1] is None:
            continue
        again = [observed(tree, chosen, maker.sandbox, maker.seconds) for tree in (new, old)]
        if again[0] is None or again[1] is None:
            continue
        after = [
            name for name, how in runs[0].items() if how == "passed" == again[0].get(name) and _named(name)
        ]
        # One pass of two is enough to say that it does not fail there.
        before = {name for run in (runs[1], again[1]) for name, how in run.items() if how == "passed"}
        stable = {name for name in before if runs[1].get(name) == again[1].get(name)}
        flaky = before - stable
        return stable, [name for name in after if name not in flaky], tuple(runs[0])
    raise Refused(f"the tests give no report in {maker.seconds:g} s")


def _named(test: str) -> bool:
    return test.isprintable() and " at 0x" not in test


def _consistent(before: Tree, gold: Change, maker: Maker) -> Tree:
    """`before` without those of its tests that the repair breaks: they assert what is to be mended."""
    old = test_modules(before)
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


def _issue(
    step: Difference, task: Task, trees: tuple[Tree, Tree], listed: Sequence[str], maker: Maker
) -> str:
    told = _harmless(step.told, task)
    shown = _reproductions(task.fail_to_pass, listed, trees, maker.sandbox)
    shown = [one for one in shown if not leaks(replace(task, issue=one.issue))]
    if not shown and len(told.split()) < FEWEST_WORDS:
        raise Refused(
            "nothing tells what is wrong: too few words, and no failing input that a script can show"
        )
    if not told:
        return "\n".join(one.issue for one in shown)
    scripts = (one.issue.partition("\n\n")[2] for one in shown)
    return "\n\n".join(("# " + told, *(script.strip() for script in scripts))) + "\n"


def _harmless(told: str, task: Task) -> str:
    """The paragraphs of `told` that give nothing away."""
    parts = [part.strip() for part in told.split("\n\n") if part.strip()]
    return "\n\n".join(part for part in parts if not leaks(replace(task, issue=part)))


def _reproductions(
    failing: Sequence[str], listed: Sequence[str], trees: tuple[Tree, Tree], sandbox: Sandbox
) -> list[Reproduction]:
    old, new = trees
    found: dict[str, Reproduction] = {}
    for test in failing[:: max(1, len(failing) // _TRIED)][:_TRIED]:
        if len(found) == MAX_TOLD:
            break
        case = case_of(test, listed, new)
        one = case and reproduction(case, new, old, sandbox)
        if one:
            found.setdefault(one.script, one)
    return list(found.values())
