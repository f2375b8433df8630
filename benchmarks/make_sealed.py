"""Makes the recipe of the `sealed` suite: draws packages by a seed, puts defects in, keeps what can be told.

The candidates were written down before any of their code was read. They are shuffled by the seed and taken in
that order: pure Python, a permissive licence, needing nothing, and with tests that pass in a sandbox in time.
"""

import argparse
import hashlib
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from benchmarks.inject import Bench, Injected, Untested, inject
from benchmarks.sdist import downloaded, read
from benchmarks.sealed import RECIPE, Cut, Package, Passed, Recipe, Sheet, written
from benchmarks.task import SuiteError
from sandbox.base import Sandbox
from sandbox.registry import open_sandbox

CANDIDATES = (
    "toolz",
    "sortedcontainers",
    "more-itertools",
    "inflection",
    "humanize",
    "parse",
    "tabulate",
    "boltons",
    "cachetools",
    "semver",
    "wcwidth",
    "markdown",
    "mistune",
    "tomli",
    "pyrsistent",
    "natsort",
)
FEWEST_TESTS = 30
MAX_SECONDS = 10.0
"""Of cpu time, for one run of a package's tests."""
_PERMISSIVE = re.compile(r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation)\b", re.IGNORECASE)


def main(arguments: list[str] | None = None) -> int:
    """Write the recipe; 0 if it holds any task."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.make_sealed",
        description=__doc__,
        epilog="example: python -m benchmarks.make_sealed --seed 7 --packages 3 --tasks 10 --out mine.toml",
    )
    parser.add_argument("--seed", type=int, default=20261121, help="draws packages and defects (%(default)s)")
    parser.add_argument("--packages", type=int, default=7, help="how many to use (%(default)s)")
    parser.add_argument("--tasks", type=int, default=10, help="at most, of each package (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="packages at a time (%(default)s)")
    parser.add_argument("--out", type=Path, default=RECIPE, help="file to write (%(default)s)")
    asked = parser.parse_args(arguments)
    with open_sandbox("auto") as sandbox:
        recipe = made(asked.seed, asked.packages, asked.tasks, asked.workers, sandbox)
    asked.out.write_text(written(recipe))
    _say(f"{len(recipe.task)} tasks of {len(recipe.package)} packages in {asked.out}")
    return 0 if recipe.task else 1


def made(seed: int, packages: int, tasks: int, workers: int, sandbox: Sandbox) -> Recipe:
    """The recipe of that seed.

    Raises:
        SandboxError: the sandbox broke.
    """
    order = list(CANDIDATES)
    Random(str(seed)).shuffle(order)  # noqa: S311
    taken: list[tuple[Package, Bench]] = []
    passed = []
    for name in order:
        if len(taken) == packages:
            break
        try:
            taken.append(_package(name, sandbox))
            _say(f"{name}: {len(taken[-1][1].passing)} tests in {taken[-1][1].seconds:.1f} s")
        except (SuiteError, Untested) as error:
            passed.append(Passed(name=name, reason=str(error)))
            _say(f"{name}: passed over: {error}")
    with ThreadPoolExecutor(workers) as pool:
        sheets = list(pool.map(lambda one: _sheets(one[0].name, one[1], seed, tasks), taken))
    used = {sheet.package for group in sheets for sheet in group}
    empty = [one.name for one, _ in taken if one.name not in used]
    passed += [Passed(name=name, reason="no defect of it could be told") for name in empty]
    return Recipe(
        seed=seed,
        candidates=list(CANDIDATES),
        passed_over=passed,
        package=[package for package, _ in taken if package.name in used],
        task=[sheet for group in sheets for sheet in group],
    )


def _package(name: str, sandbox: Sandbox) -> tuple[Package, Bench]:
    file, data = downloaded(name)
    version = re.fullmatch(r".+-([^-]+)\.tar\.gz", file)
    if version is None:
        raise SuiteError(f"{file}: not a gzipped tar")
    sdist = read(data)
    if not _PERMISSIVE.search(sdist.licence):
        raise SuiteError(f"licence: {sdist.licence!r}")
    if sdist.needs:
        raise SuiteError(f"needs {sdist.needs[0]}")
    bench = Bench.of(sdist.tree, sandbox, MAX_SECONDS)
    if len(bench.passing) < FEWEST_TESTS:
        raise SuiteError(f"only {len(bench.passing)} of its tests pass")
    digest = hashlib.sha256(data).hexdigest()
    return Package(name=name, version=version.group(1), sha256=digest, licence=sdist.licence), bench


def sheet_of(package: str, injected: Injected) -> Sheet:
    """What the recipe keeps of a task."""
    task, mutation = injected.task, injected.mutation
    return Sheet(
        id=task.id,
        package=package,
        kind=mutation.kind,
        file=mutation.file,
        function=mutation.function,
        edits=[Cut(start=one.start, end=one.end, replace=one.replace) for one in mutation.edits],
        issue=task.issue,
        fail_to_pass=list(task.fail_to_pass),
        pass_to_pass=list(task.pass_to_pass),
        digest=task.digest,
    )


def _sheets(name: str, bench: Bench, seed: int, count: int) -> list[Sheet]:
    sheets = []
    for injected in inject(bench, name, seed, count):
        _say(f"{injected.task.id}: {injected.mutation.kind}")
        sheets.append(sheet_of(name, injected))
    return sheets


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
