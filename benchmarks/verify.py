"""Can a task be trusted? All that `floor` asks, several times, and that no visible test contradicts it."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from benchmarks.floor import FORGER, tamperer, uncontrolled
from benchmarks.grade import VERSION, grade
from benchmarks.observed import observed, test_modules
from benchmarks.replacing import replace_file
from benchmarks.task import Task, content
from sandbox.base import Sandbox
from sandbox.runtime import packages

RUNS = 3
"""Of null and of gold, each; all have to agree."""


@dataclass(frozen=True, slots=True)
class Verified:
    """`reason` is None for a task that can be trusted; `kept` says that this was found out earlier."""

    task: Task
    reason: str | None
    seconds: float
    kept: bool = False


def verified(
    tasks: Iterable[Task], sandbox: Sandbox, cache: Path, workers: int, *, fresh: bool = False
) -> Iterator[Verified]:
    """Each task verified, as they get done; findings are kept in `cache` by the task's content.

    Raises:
        SandboxError: the sandbox broke.
    """
    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(_looked_up, task, sandbox, cache, fresh=fresh) for task in tasks]
        try:
            for job in as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def doubt(task: Task, sandbox: Sandbox, *, seen: int = 0) -> str | None:
    """Why `task` can't be trusted; None if it can.

    `seen` tells how often its tests were run before, with and without the repair, and the visible ones too:
    so many of the runs are spared.

    Raises:
        SandboxError: the sandbox broke.
    """
    first = uncontrolled(task, sandbox)
    for _ in range(RUNS - 1 - seen):
        again = uncontrolled(task, sandbox)
        if (again is None) != (first is None):
            return f"flaky: {first or again}"
    if first is not None:
        return first
    why = _believed(task, sandbox)
    return contradiction(task, sandbox) if why is None and not seen else why


def contradiction(task: Task, sandbox: Sandbox) -> str | None:
    """A visible test that the repair breaks, told; None if there is none.

    Raises:
        SandboxError: the sandbox broke.
    """
    asked = {test.partition("::")[0] for test in (*task.fail_to_pass, *task.pass_to_pass)}
    modules = [path for path in test_modules(task.repository) if path in asked or path in task.hidden]
    if not modules or task.language != "python" or task.housed is not None:
        return None
    before = observed(task.repository, modules, sandbox, task.grading_seconds)
    after = observed(task.gold.applied_to(task.repository), modules, sandbox, task.grading_seconds)
    if before is None or after is None:
        # Tests that give no report here can't be shown to contradict, and an agent sees the same.
        return None
    broken = [name for name, how in before.items() if how == "passed" != after.get(name)]
    return f"task {task.id}: the visible test {broken[0]} fails on the repair" if broken else None


def _believed(task: Task, sandbox: Sandbox) -> str | None:
    for number, trap in enumerate((tamperer(task), *task.traps)):
        if grade(task, trap, sandbox).verdict == "resolved":
            return f"task {task.id}: " + (
                f"trap {number} is resolved" if number else "a forged report is believed"
            )
    return None


def _looked_up(task: Task, sandbox: Sandbox, cache: Path, *, fresh: bool) -> Verified:
    rules = hashlib.sha256(f"{VERSION} {RUNS} {sandbox.name} {packages()}".encode() + FORGER).hexdigest()[:12]
    kept = cache / f"{content(task)}-{rules}"
    if not fresh and kept.exists():
        return Verified(task, kept.read_text() or None, 0.0, kept=True)
    started = time.monotonic()
    reason = doubt(task, sandbox)
    kept.parent.mkdir(parents=True, exist_ok=True)
    replace_file(kept, (reason or "").encode())
    return Verified(task, reason, time.monotonic() - started)
