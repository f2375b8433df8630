"""Carries out `dgm tasks list|show|prepare|verify|split|import|export`."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from rich.console import Console
from rich.table import Table
from rich.text import Text

from archive.base import ArchiveError
from benchmarks.folder_suite import add_task
from benchmarks.notes import Aside, Drawn, Notes
from benchmarks.patches import PatchError, patch_of
from benchmarks.placed import PlacedSuite
from benchmarks.registry import open_suite
from benchmarks.rows import Row, read_rows, rows_of, task_of_row
from benchmarks.splits import drawn
from benchmarks.task import Split, Suite, SuiteError, Task, content
from benchmarks.verify import Verified, verified
from dgm.checkout import CheckoutError, tree_at
from dgm.cli.errors import DONE, FAILED
from dgm.config import ConfigError
from sandbox.base import Sandbox
from sandbox.diff import visible
from sandbox.registry import BACKENDS, open_sandbox
from sandbox.runtime import cache_folder
from sandbox.tree import Change, TreeError


def list_tasks(name: str, split: str | None, *, as_json: bool) -> int:
    """Carry out `dgm tasks list`."""
    if split is not None and split not in get_args(Split):
        raise SuiteError(f"--split {split}: unknown; allowed: {', '.join(get_args(Split))}")
    suite = open_suite(name)
    tasks = [task for task in suite.tasks.values() if split in {None, task.split}]
    aside = dict(suite.set_aside) if isinstance(suite, PlacedSuite) else {}
    if as_json:
        return _json({"suite": suite.name, "tasks": [_about(task) for task in tasks], "set_aside": aside})
    table = Table(box=None)
    for title in ("task", "split", "language", "difficulty", "repository", "to pass", "to keep"):
        table.add_column(title, justify="right" if title.startswith("to ") else "left")
    for task in tasks:
        told = (
            task.id,
            task.split,
            task.language,
            *(task.labels.get(key, "") for key in ("difficulty", "repo")),
        )
        table.add_row(*map(_text, told), str(len(task.fail_to_pass)), str(len(task.pass_to_pass)))
    Console().print(table)
    for task_id, reason in aside.items():
        sys.stdout.write(f"set aside: {visible(task_id)}: {visible(reason)}\n")
    return DONE


def show_task(name: str, task_id: str, *, patch: bool, as_json: bool) -> int:
    """Carry out `dgm tasks show`."""
    task = _one(open_suite(name), task_id)
    told = {**_about(task), "issue": task.issue, "tests": _tests(task)}
    if patch:
        told |= {
            "patch": _patch(task, task.gold),
            "test_patch": _patch(task, Change(task.hidden, frozenset())),
        }
    if as_json:
        return _json(told)
    lines = [f"{key}: {value}" for key, value in _about(task).items() if value not in ("", None)]
    lines += ["", task.issue.rstrip(), ""]
    lines += [f"{kind}: {test}" for kind, tests in _tests(task).items() for test in tests]
    lines += [str(told[key]) for key in ("patch", "test_patch") if key in told]
    sys.stdout.write(visible("\n".join(lines)) + "\n")
    return DONE


def verify_tasks(name: str, workers: int | None, backend: str, *, fresh: bool, as_json: bool) -> int:
    """Carry out `dgm tasks verify`."""
    suite = open_suite(name)
    found: list[Verified] = []
    with named_sandbox(backend, trusted=suite.shipped) as sandbox:
        if isinstance(suite, PlacedSuite):
            suite.prepare(sandbox, tell)
        tasks = list(_everything(suite).values())
        cache = cache_folder() / "verified"
        for one in verified(tasks, sandbox, cache, workers or os.cpu_count() or 1, fresh=fresh):
            found.append(one)
            how = "known" if one.kept else f"{one.seconds:.1f} s"
            tell(f"[{len(found)}/{len(tasks)}] {one.task.id}: {one.reason or 'holds'} ({how})")
    aside = {one.task.id: one.reason for one in found if one.reason is not None}
    if isinstance(suite, PlacedSuite):
        book = suite.notebook
        set_aside = {
            one.task.id: Aside(content=content(one.task), reason=one.reason) for one in found if one.reason
        }
        book.write(Notes(splits=book.read().splits, set_aside=dict(sorted(set_aside.items()))))
    if as_json:
        _json(
            {"suite": suite.name, "holds": len(found) - len(aside), "set_aside": dict(sorted(aside.items()))}
        )
    else:
        sys.stdout.write(f"{len(found) - len(aside)} of {len(found)} tasks hold\n")
    return FAILED if aside else DONE


def prepare_tasks(name: str, registry: str | None, backend: str, *, as_json: bool) -> int:
    """Carry out `dgm tasks prepare`."""
    suite = open_suite(name)
    if isinstance(suite, PlacedSuite):
        with named_sandbox(backend, trusted=False) as sandbox:
            suite.prepare(sandbox, tell, registry)
    tasks = _everything(suite)
    if as_json:
        images = {task.id: task.housed.image for task in tasks.values() if task.housed is not None}
        return _json({"suite": suite.name, "tasks": len(tasks), "images": images})
    sys.stdout.write(f"{len(tasks)} tasks are ready\n")
    return DONE


def split_tasks(name: str, seed: int, parts: Sequence[str], *, as_json: bool) -> int:
    """Carry out `dgm tasks split`."""
    suite = open_suite(name)
    if not isinstance(suite, PlacedSuite):
        raise SuiteError(
            f"suite {name}: its splits are fixed; `dgm tasks import {name} --to FOLDER` makes it yours"
        )
    shares, book = dict(map(_share, parts)), suite.notebook
    try:
        given = drawn(suite.tasks.values(), shares, seed)
    except ValueError as error:
        raise SuiteError(f"--share: {error}") from None
    book.write(
        Notes(splits=Drawn(seed=seed, shares=shares, tasks=dict(given)), set_aside=book.read().set_aside)
    )
    counts = {split: list(given.values()).count(split) for split in shares}
    if as_json:
        return _json({"suite": suite.name, "seed": seed, "counts": counts, "tasks": given})
    sys.stdout.write(", ".join(f"{split}: {count}" for split, count in counts.items()) + f"; seed {seed}\n")
    return DONE


def import_tasks(source: str, to: Path, repo: Path | None, *, as_json: bool) -> int:
    """Carry out `dgm tasks import`."""
    rows = source.endswith((".json", ".jsonl", ".parquet"))
    names = []
    for task in _of_rows(Path(source), repo) if rows else open_suite(source).tasks.values():
        add_task(to, task)
        names.append(task.id)
    if as_json:
        return _json({"suite": str(to), "tasks": names})
    sys.stdout.write(f"{len(names)} tasks in {to}; `dgm tasks verify {to}` tries them\n")
    return DONE


def export_tasks(name: str, to: Path, *, as_json: bool) -> int:
    """Carry out `dgm tasks export`."""
    if to.suffix != ".jsonl":
        raise SuiteError(
            f"--to {to}: allowed: a .jsonl file; `dgm tasks import {name} --to FOLDER` writes folders"
        )
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows_of(open_suite(name).tasks.values())]
    try:
        to.write_text("".join(lines))
    except OSError as error:
        raise SuiteError(f"--to {to}: can't be written: {error.strerror}") from None
    if as_json:
        return _json({"rows": len(lines), "to": str(to)})
    sys.stdout.write(f"{len(lines)} rows in {to}\n")
    return DONE


def named_sandbox(backend: str, *, trusted: bool) -> Sandbox:
    """The sandbox called `backend`.

    Raises:
        ConfigError: there is none of that name.
        SandboxError: it does not work here.
    """
    if backend not in {"auto", *BACKENDS}:
        raise ConfigError(f"--sandbox {backend}: unknown; allowed: auto, {', '.join(BACKENDS)}")
    return open_sandbox(backend, trusted=trusted, notice=tell)


def tell(text: str) -> None:
    """A line of progress."""
    line = visible(text).replace("\n", "\\n")
    sys.stderr.write(f"{line}\n")


def _of_rows(path: Path, repo: Path | None) -> Iterator[Task]:
    if repo is None:
        raise SuiteError(f"{path}: rows hold no repository; give --repo, a clone that has their base commits")
    where = ("--no-optional-locks", "-C", str(repo.absolute()))
    for row in read_rows(path, Row):
        try:
            yield task_of_row(row, tree_at(where, row.base_commit)[0], "search")
        except (ArchiveError, TreeError) as error:
            raise CheckoutError(
                f"{repo}: {row.instance_id}: {row.base_commit} can't be read: {error}"
            ) from None


def _share(text: str) -> tuple[Split, float]:
    name, _, part = text.partition("=")
    split = next((one for one in get_args(Split) if one == name), None)
    try:
        if split is not None:
            return split, float(part)
    except ValueError:
        pass
    raise SuiteError(f"--share {text}: expected SPLIT=NUMBER, SPLIT one of {', '.join(get_args(Split))}")


def _everything(suite: Suite) -> Mapping[str, Task]:
    """The tasks, those that were set aside too."""
    return suite.everything if isinstance(suite, PlacedSuite) else suite.tasks


def _one(suite: Suite, task_id: str) -> Task:
    tasks = _everything(suite)
    if task_id not in tasks:
        raise SuiteError(f"suite {suite.name}: no task {task_id!r}; `dgm tasks list {suite.name}` lists them")
    return tasks[task_id]


def _about(task: Task) -> dict[str, Any]:
    facts: dict[str, Any] = {"id": task.id, "split": task.split, "language": task.language, **task.labels}
    return facts | {"files": len(task.repository), "digest": task.digest}


def _tests(task: Task) -> Mapping[str, Sequence[str]]:
    return {"FAIL_TO_PASS": task.fail_to_pass, "PASS_TO_PASS": task.pass_to_pass}


def _patch(task: Task, change: Change) -> str:
    try:
        return patch_of(task.repository, change).decode()
    except PatchError as error:
        return f"(no patch: {error})"


def _text(value: str) -> Text:
    return Text(visible(value))


def _json(value: object) -> int:
    sys.stdout.write(json.dumps(value) + "\n")
    return DONE
