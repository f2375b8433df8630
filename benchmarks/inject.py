"""Tasks made by putting defects into a repository whose own tests pass."""

import itertools
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from random import Random

from benchmarks.ahead import ahead
from benchmarks.floor import fault
from benchmarks.hiding import defective, hidden_and_visible, task_with
from benchmarks.junit import ReportError
from benchmarks.mutations import Mutation, mutations, pairs
from benchmarks.protected import is_protected, is_test_module
from benchmarks.reproduction import Reproduction, reproduction
from benchmarks.task import Split, Task
from benchmarks.testcase import case_of
from benchmarks.testing import reported, tests_order
from sandbox.base import Sandbox
from sandbox.tree import Tree

MAX_BROKEN_SHARE = 0.25
"""Of the tests that passed; what breaks more is too easy to find."""
MAX_OF_A_FUNCTION = 2
TRIES_A_TASK = 12
_REPORTS_TRIED = 4
_PATIENCE = 6
_SITES_PAIRED = 10
_LEFT_ALONE = frozenset(
    {"setup.py", "doc", "docs", "examples", "benchmark", "benchmarks", "scripts", "tools", "build"}
)


@dataclass(frozen=True, slots=True)
class Injected:
    """A task and the defect that makes it."""

    task: Task
    mutation: Mutation


class Untested(ValueError):
    """The repository has no tests that pass here, twice and in time."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A repository and its own tests: all that were reported, those that pass each time, and the time."""

    repository: Tree
    listed: tuple[str, ...]
    passing: tuple[str, ...]
    seconds: float
    sandbox: Sandbox

    @classmethod
    def of(cls, repository: Tree, sandbox: Sandbox, seconds: float = 60.0) -> "Bench":
        """Run the tests twice, each run in at most `seconds` of cpu time.

        Raises:
            Untested: they give no report, or none of them passes.
            SandboxError: the sandbox broke.
        """
        if not _test_files(repository):
            raise Untested("it holds no tests")
        bench = cls(repository, (), (), seconds, sandbox)
        first, took = bench.results(repository)
        second, again = bench.results(repository)
        if first is None or second is None:
            raise Untested(f"its tests give no report in {seconds:g} s")
        passing = tuple(
            name
            for name, outcome in first.items()
            if outcome == "passed" == second.get(name) and name.isprintable() and " at 0x" not in name
        )
        if not passing:
            raise Untested("none of its tests passes")
        return cls(repository, tuple(first), passing, max(took, again), sandbox)

    @property
    def placed(self) -> tuple[str, ...]:
        """Those of `passing` that can be asked for by name; a report places inherited tests elsewhere."""
        files = set(_test_files(self.repository))
        return tuple(name for name in self.passing if name.partition("::")[0] in files)

    def results(self, tree: Tree, *options: str) -> tuple[Mapping[str, str] | None, float]:
        """Outcomes by node id of all tests in `tree`, None if they do not end by themselves; cpu seconds."""
        nonce = secrets.token_hex(8)
        limit = self.seconds if not self.passing else 2 + 2 * self.seconds
        order = tests_order(tree, (*options, *_test_files(tree)), self.sandbox.python, nonce, limit)
        # On a busy machine the wall clock would choose the tasks.
        order = replace(order, limits=replace(order.limits, wall_seconds=limit * _PATIENCE))
        ended = self.sandbox.run(order)
        try:
            found = reported(ended, nonce) if ended.how == "exited" else None
        except ReportError:
            found = None
        return found, ended.cpu_seconds

    def broken(self, tree: Tree) -> tuple[str, ...] | None:
        """The tests that no longer pass in `tree`; None if there is no report, or they are too many."""
        most = int(len(self.passing) * MAX_BROKEN_SHARE)
        spoilt = len(self.listed) - len(self.passing)
        found, _ = self.results(tree, f"--maxfail={spoilt + most + 1}")
        if found is None:
            return None
        names = tuple(name for name in self.passing if found.get(name) != "passed")
        return names if len(names) <= most else None


def inject(
    bench: Bench,
    name: str,
    seed: int,
    count: int,
    *,
    split: Split = "sealed",
    workers: int = 1,
    finish: Callable[[Task], Task | None] | None = None,
) -> Iterator[Injected]:
    """At most `count` tasks called `name-01` and so on; the same seed gives the same tasks.

    Each keeps to: between one and a quarter of the tests fail, twice the same; each part of the defect is
    seen by a failing test; the issue's script fails and would not on the repaired code; the floor holds, or
    `finish`, which is to ask more than that, gives it and not None. `workers` candidates are looked at
    together, ahead of need, which changes no task.

    Raises:
        SandboxError: the sandbox broke.
    """
    kept: Counter[tuple[str, str]] = Counter()
    used: set[object] = set()
    made = 0

    def free(mutation: Mutation) -> bool:
        return kept[mutation.file, mutation.function] < MAX_OF_A_FUNCTION and not _sites(mutation) & used

    def holds(task: Task) -> Task | None:
        return task if fault(task, bench.sandbox) is None else None

    def looked_at(mutation: Mutation) -> Task | None:
        task = _task(bench, name, split, mutation)
        return None if task is None else (finish or holds)(task)

    drawn = itertools.islice(_drawn(bench.repository, Random(f"{name} {seed}")), TRIES_A_TASK * count)  # noqa: S311
    with closing(ahead(filter(free, drawn), looked_at, workers)) as candidates:
        for mutation, task in candidates:
            if task is None or not free(mutation):
                continue
            kept[mutation.file, mutation.function] += 1
            used |= _sites(mutation)
            made += 1
            yield Injected(replace(task, id=f"{name}-{made:02}"), mutation)
            if made == count:
                return


def _sites(mutation: Mutation) -> set[tuple[str, int]]:
    return {(mutation.file, edit.start) for edit in mutation.edits}


def _task(bench: Bench, name: str, split: Split, mutation: Mutation) -> Task | None:
    good = bench.repository
    bad = defective(good, mutation)
    failing = bench.broken(bad)
    if not failing or hidden_and_visible(bad, failing) is None or not _is_whole(bench, mutation, failing):
        return None
    told = _reported(bench, bad, failing)
    if told is None or leaks(told.issue, good.text(mutation.file), bad.text(mutation.file)):
        return None
    if bench.broken(bad) != failing:
        return None
    task = task_with(name, split, good, mutation, failing, bench.placed, told.issue)
    seen, _ = bench.results(task.repository)
    if seen is None or any(seen.get(one, "passed") != "passed" for one in bench.passing):
        return None
    return task


def leaks(issue: str, good: str, bad: str) -> bool:
    """Whether the issue holds a line that the defect or its repair writes."""
    before, after = ({line.strip() for line in text.splitlines()} for text in (good, bad))
    return any(len(line) > 5 and line in issue for line in before ^ after)


def _is_whole(bench: Bench, mutation: Mutation, failing: tuple[str, ...]) -> bool:
    """Whether each part of the defect alone breaks one of the failing tests."""
    if len(mutation.edits) == 1:
        return True
    for edit in mutation.edits:
        alone = Mutation(mutation.file, mutation.function, mutation.kind, (edit,))
        broken = bench.broken(defective(bench.repository, alone))
        if not broken or not set(broken) & set(failing):
            return False
    return True


def _reported(bench: Bench, bad: Tree, failing: tuple[str, ...]) -> Reproduction | None:
    for test in failing[:: max(1, len(failing) // _REPORTS_TRIED)][:_REPORTS_TRIED]:
        found = case_of(test, bench.listed, bench.repository)
        told = found and reproduction(found, bench.repository, bad, bench.sandbox)
        if told:
            return told
    return None


def _drawn(repository: Tree, random: Random) -> Iterator[Mutation]:
    """Every mutation of the sources, the kinds in turn, each kind in random order."""
    by_kind: dict[str, list[Mutation]] = defaultdict(list)
    for file in _sources(repository):
        single = mutations(file, repository[file].data)
        for mutation in single:
            by_kind[mutation.kind].append(mutation)
        by_function: dict[str, list[Mutation]] = defaultdict(list)
        for mutation in single:
            by_function[mutation.function].append(mutation)
        for group in by_function.values():
            some = random.sample(group, min(len(group), _SITES_PAIRED))
            by_kind["two sites"] += pairs(some)
    kinds = sorted(by_kind)
    random.shuffle(kinds)
    for kind in kinds:
        random.shuffle(by_kind[kind])
    while any(by_kind.values()):
        for kind in kinds:
            if by_kind[kind]:
                yield by_kind[kind].pop()


def _test_files(tree: Tree) -> tuple[str, ...]:
    return tuple(path for path in tree if is_test_module(path))


def _sources(repository: Tree) -> list[str]:
    copies = Counter(file.data for file in repository.values())
    return [
        path
        for path, file in repository.items()
        if path.endswith(".py")
        and not is_protected(path)
        and not _LEFT_ALONE & set(path.split("/"))
        # A second copy would be the answer lying beside the question.
        and copies[file.data] == 1
    ]
