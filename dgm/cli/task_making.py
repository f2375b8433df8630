"""Carries out `dgm tasks make`: candidates are tried side by side, and told of in their order."""

import itertools
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from benchmarks.ahead import ahead
from benchmarks.difference import Difference, Maker, Refused, task_of
from benchmarks.folder_suite import add_task
from benchmarks.inject import Bench, Untested
from benchmarks.inject import inject as injected
from benchmarks.releases import from_releases
from benchmarks.sdist import downloaded, read
from benchmarks.task import SuiteError, Task
from dgm.checkout import read_checkout
from dgm.cli.errors import DONE, FAILED
from dgm.cli.task_suites import named_sandbox, tell
from dgm.commits import steps
from dgm.models.registry import open_model
from dgm.rewording import reworded
from sandbox.tree import Tree, TreeError

Candidate = TypeVar("Candidate")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.!+-]+")
MAX_SECONDS = 60.0


def of_history(
    repo: Path,
    to: Path,
    count: int,
    last: int,
    workers: int | None,
    backend: str,
    rewrite: str | None,
    *,
    as_json: bool,
) -> int:
    """Carry out `dgm tasks make from-history`."""
    with _maker(backend, rewrite) as maker:

        def tried(step: Difference) -> Task | str:
            return _or_reason(lambda: task_of(step, maker))

        return _made(
            steps(repo, last=last), tried, lambda step: step.name, to, count, workers, as_json=as_json
        )


def of_releases(
    package: str,
    versions: Sequence[str],
    to: Path,
    workers: int | None,
    backend: str,
    rewrite: str | None,
    *,
    as_json: bool,
) -> int:
    """Carry out `dgm tasks make from-releases`."""
    if len(versions) < 2:
        raise SuiteError(f"{package}: expected two versions or more, the oldest first")
    with _maker(backend, rewrite) as maker:

        def tried(pair: tuple[str, str]) -> Task | str:
            return _or_reason(lambda: from_releases(package, *pair, maker))

        pairs = list(itertools.pairwise(versions))
        return _made(
            pairs, tried, lambda pair: f"{package} {pair[0]}", to, len(pairs), workers, as_json=as_json
        )


def of_defects(
    repo: str,
    to: Path,
    count: int,
    seed: int,
    workers: int | None,
    backend: str,
    rewrite: str | None,
    *,
    as_json: bool,
) -> int:
    """Carry out `dgm tasks make inject`."""
    name, tree = _source(repo)
    with _maker(backend, rewrite) as maker:
        try:
            bench = Bench.of(tree, maker.sandbox, MAX_SECONDS)
        except Untested as error:
            raise SuiteError(f"--repo {repo}: {error}") from None
        tell(f"{name}: {len(bench.passing)} tests pass, in {bench.seconds:.1f} s")

        def finish(task: Task) -> Task | None:
            # Putting the defect in ran the tests twice with it, and twice before.
            found = _or_reason(lambda: maker.finished(task, seen=2))
            return found if isinstance(found, Task) else None

        defects = injected(bench, name, seed, count, split="search", workers=_workers(workers), finish=finish)
        names = []
        for one in defects:
            labels = {
                "maker": "inject",
                "repo": f"local/{name}",
                "seed": str(seed),
                "kind": one.mutation.kind,
            }
            add_task(to, replace(one.task, labels={**labels, **one.task.labels}))
            names.append(one.task.id)
            tell(
                f"[{len(names)}/{count}] {one.task.id}: {one.mutation.kind}, {one.task.labels['difficulty']}"
            )
    return _told(to, names, {}, as_json=as_json)


def _made(
    candidates: Iterable[Candidate],
    tried: Callable[[Candidate], Task | str],
    called: Callable[[Candidate], str],
    to: Path,
    count: int,
    workers: int | None,
    *,
    as_json: bool,
) -> int:
    names: list[str] = []
    refused: dict[str, str] = {}
    with closing(ahead(candidates, tried, _workers(workers))) as results:
        for candidate, found in results:
            if isinstance(found, Task):
                add_task(to, found)
                names.append(found.id)
                tell(f"[{len(names)}/{count}] {found.id}: {found.labels['difficulty']}")
            else:
                refused[called(candidate)] = found
                tell(f"{called(candidate)}: passed over: {found}")
            if len(names) == count:
                break
    return _told(to, names, refused, as_json=as_json)


def _told(to: Path, names: Sequence[str], refused: dict[str, str], *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps({"suite": str(to), "tasks": names, "passed_over": refused}) + "\n")
    else:
        sys.stdout.write(f"{len(names)} verified tasks in {to}; {len(refused)} candidates passed over\n")
    return DONE if names else FAILED


def _or_reason(make: Callable[[], Task]) -> Task | str:
    try:
        return make()
    except (Refused, SuiteError) as error:
        return str(error)


@contextmanager
def _maker(backend: str, rewrite: str | None) -> Iterator[Maker]:
    reword = None if rewrite is None else reworded(open_model(rewrite))
    with named_sandbox(backend, trusted=False) as sandbox:
        yield Maker(sandbox, MAX_SECONDS, rewrite=reword)


def _workers(asked: int | None) -> int:
    return asked or os.cpu_count() or 1


def _source(repo: str) -> tuple[str, Tree]:
    """A name for the tasks, and the files of a package, a git repository at HEAD, or a plain folder."""
    if _REQUIREMENT.fullmatch(repo):
        return repo.partition("==")[0].lower(), read(downloaded(repo)[1]).tree
    folder = Path(repo)
    name = re.sub(r"[^A-Za-z0-9]+", "-", folder.absolute().name).strip("-").lower() or "repository"
    if (folder / ".git").exists():
        return name, read_checkout(folder).tree
    try:
        return name, Tree.from_folder(folder)
    except (OSError, TreeError) as error:
        raise SuiteError(f"--repo {repo}: can't be read: {error}") from None
