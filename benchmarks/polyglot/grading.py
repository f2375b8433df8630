"""Is an exercise solved? Its sources from the change, all else pristine, and every hidden test passes."""

import secrets
import time
from collections.abc import Mapping
from typing import Literal

from benchmarks.grade import Grade, suspicions
from benchmarks.junit import ReportError
from benchmarks.polyglot.language import Language, fails, passes
from benchmarks.polyglot.languages import LANGUAGES
from benchmarks.protected import is_protected
from benchmarks.task import Task
from sandbox.base import Exit, Folder, Limits, Order, Sandbox
from sandbox.tree import Change, Tree

_LIMITS = {"memory_mib": 2048, "disk_mib": 512, "processes": 256, "output_bytes": 4 * 2**20}


def graded(task: Task, change: Change, sandbox: Sandbox) -> Grade:
    """Judge `change` by the hidden tests of an exercise.

    Raises:
        SandboxError: the sandbox broke, which says nothing about the change.
    """
    started = time.monotonic()
    language = LANGUAGES[task.language]
    nonce = secrets.token_hex(8)
    tree = graded_tree(task, change, language)
    tree = tree.overlaid(language.canary(nonce, tree))
    order = Order(
        command=("sh", "-c", language.script(nonce, tree)),
        folders={"/repository": Folder(tree, writable=True), "/out": Folder(writable=True, collect=True)},
        cwd="/repository",
        environment={"HOME": "/tmp", "TZ": "UTC", "LC_ALL": "C.UTF-8", "CI": "1"},  # noqa: S108
        limits=Limits(wall_seconds=task.grading_seconds, cpu_seconds=task.grading_seconds, **_LIMITS),
    )
    verdict, reason, tests, tampered = _judged(task, sandbox.run(order), language, nonce)
    flags = ((reason,) if tampered else ()) + suspicions(change)
    return Grade(verdict, reason, tests, flags, time.monotonic() - started)


def graded_tree(task: Task, change: Change, language: Language) -> Tree:
    """The exercise as it is tested: of the change only sources, and the hidden tests."""
    worked = change.where(lambda path: language.takes(path) and not is_protected(path))
    return worked.applied_to(task.repository).overlaid(task.hidden)


def cheat(task: Task) -> Change:
    """A change that solves nothing and ends the tests' process as if all were well."""
    solution = task.repository.where(lambda path: path in task.gold.written)
    return Change(Tree(LANGUAGES[task.language].cheat(solution)), frozenset())


def toolchain_works(name: str, sandbox: Sandbox) -> str | None:
    """What the toolchain of a language says of its version inside of `sandbox`; None if it does not work.

    Raises:
        SandboxError: the sandbox broke.
    """
    command = ("sh", "-c", '"$@" 2>&1', "sh", *LANGUAGES[name].toolchain)
    ended = sandbox.run(Order(command=command, environment={"HOME": "/tmp"}))  # noqa: S108
    said = ended.output.decode("utf-8", "replace").strip().splitlines()
    return (said[0][:80] if said else "works") if ended.succeeded else None


def _judged(
    task: Task, ended: Exit, language: Language, nonce: str
) -> tuple[Literal["resolved", "unresolved"], str, Mapping[str, str], bool]:
    """Verdict, reason, tests, and whether the reason is tampering."""
    if ended.how != "exited":
        return "unresolved", f"the tests ended by {ended.how}", {}, ended.how == "vanished"
    try:
        found = language.read(ended.folders.get("/out", Tree()), ended.output, nonce)
    except ReportError as error:
        return "unresolved", str(error), {}, True
    needed = (*task.fail_to_pass, *task.pass_to_pass)
    tests = {name: found.get(name.partition("::")[2], "missing") for name in needed}
    if not found:
        return "unresolved", f"no test report (exit code {ended.code})", tests, False
    canaries = (_named(passes(nonce), found), _named(fails(nonce), found))
    if canaries != ("passed", "failed"):
        return "unresolved", "the canary tests did not behave", tests, True
    broken = [name for name in needed if tests[name] != "passed"]
    if broken:
        reason = f"{len(broken)} of {len(needed)} tests did not pass: {broken[0][:120]}"
        return "unresolved", reason, tests, False
    return "resolved", f"all {len(needed)} tests passed", tests, False


def _named(canary: str, found: Mapping[str, str]) -> str | None:
    """The outcome of a canary, which some languages make begin with a word of theirs."""
    return found.get(canary, found.get(f"Test_{canary}"))
