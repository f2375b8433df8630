"""Is a row resolved? Its own script in its own image, the log read by swebench; then a canary of ours."""

import re
import secrets
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from benchmarks.grade import Grade, suspicions
from benchmarks.patches import PatchError
from benchmarks.swe.predictions import prediction
from benchmarks.swe.scripts import ARCHIVE, ENVIRONMENT, EVAL, GRADE, LOG, OUT, PACKED, PATCH
from benchmarks.swe.verdict import Unread, Verdict, verdict
from benchmarks.task import Housed, SuiteError, Task
from sandbox.base import Exit, Folder, Limits, Order, Sandbox, SandboxError
from sandbox.tree import Change, Tree

SPARE_MIB = 1024
"""Of disk, beside what the repository takes."""
_END = ">>>>> End Test Output"
_PYTEST = re.compile(r"\bpytest\b|\bpy\.test\b")


@dataclass(frozen=True, slots=True)
class Judged:
    """What a patch gave; `reason` is told where swebench's own word is not enough."""

    resolved: bool
    reason: str
    tests: Mapping[str, str]
    tampered: bool = False
    swebench: str = ""
    own_word: bool = False
    """Whether swebench's own harness would say that it is resolved."""


def graded(task: Task, housed: Housed, change: Change, sandbox: Sandbox) -> Grade:
    """Judge `change` by the row's own script.

    Paths that decide how tests run are taken from the image, but for those that the known repair changes.

    Raises:
        SandboxError: the sandbox broke, which says nothing about the change.
    """
    started = time.monotonic()
    try:
        patch = prediction(task, change)
    except PatchError as error:
        return Grade("unresolved", f"no patch can carry it: {error}", {}, suspicions(change), 0.0)
    try:
        judged = judge(task, housed, patch, sandbox)
    except SuiteError as error:
        raise SandboxError(str(error)) from None
    flags = ((judged.reason,) if judged.tampered else ()) + suspicions(change)
    return Grade(
        "resolved" if judged.resolved else "unresolved",
        judged.reason,
        judged.tests,
        flags,
        time.monotonic() - started,
        {"image": housed.image, "swebench": judged.swebench},
    )


def judge(task: Task, housed: Housed, patch: bytes, sandbox: Sandbox) -> Judged:
    """Judge a patch; one that swebench finds resolved is run again with a canary among its tests.

    Raises:
        SandboxError: the sandbox broke.
        SuiteError: swebench is not there.
    """
    found = _once(task, housed, patch, housed.eval_script, {}, sandbox)
    if isinstance(found, Judged):
        return found
    told = _told(task, found)
    nonce = secrets.token_hex(8)
    place = _canary_place(task, housed)
    if not told.resolved or place is None:
        return told
    name = f"test_canary_{nonce}.py"
    path = str(PurePosixPath(place) / name)
    script = _with_canary(housed.eval_script, path)
    canaries = {f"{path}::test_fails_{nonce}": "FAILED", f"{path}::test_passes_{nonce}": "PASSED"}
    again = _once(task, housed, patch, script, canaries, sandbox, Tree({name: _canary(nonce)}), place)
    if isinstance(again, Judged) or again.canaries != canaries:
        reason = "the canary tests did not behave"
        return Judged(False, reason, told.tests, True, told.swebench, told.own_word)  # noqa: FBT003
    return told


def recorded(script: str) -> str:
    """An eval script that tells the exit code of its tests behind its end mark, as swebench has it do."""
    lines = [line for line in script.strip().split("\n") if line not in {"#!/bin/bash", "set -uxo pipefail"}]
    for number, line in enumerate(lines):
        if _END in line:
            code = "SWEBENCH_TEST_EXIT_CODE"
            told = f'echo ">>>>> Test Exit Code: ${code}"'
            lines = [*lines[:number], f"{code}=$?", line, told, *lines[number + 1 :]]
            break
    return "\n".join(["#!/bin/bash", "set -uxo pipefail", *lines]) + "\n"


def _once(
    task: Task,
    housed: Housed,
    patch: bytes,
    script: str,
    canaries: Mapping[str, str],
    sandbox: Sandbox,
    files: Tree | None = None,
    place: str = ".",
) -> Verdict | Judged:
    """What one run of the script gave; already judged if its log is of no use."""
    given = {ARCHIVE: housed.packed.read_bytes(), PATCH: patch, EVAL: recorded(script).encode()}
    given |= {f"canary/{name}": file.data for name, file in (files or Tree()).items()}
    end = sandbox.run(
        Order(
            command=("bash", "-c", GRADE, "bash", housed.folder, place),
            folders={
                OUT: Folder(writable=True, collect=True),
                housed.folder: Folder(writable=True),
                PACKED: Folder(Tree(given)),
            },
            environment=ENVIRONMENT,
            image=housed.image,
            limits=limits(housed, task.grading_seconds),
        )
    )
    if end.how != "exited":
        return Judged(resolved=False, reason=f"the tests ended by {end.how}", tests={})
    if end.code == 9 and LOG not in end.folders.get(OUT, Tree()):
        raise SandboxError(f"task {task.id}: the repository could not be unpacked: {_said(end)}")
    log = end.folders.get(OUT, Tree()).get(LOG)
    if log is None:
        return Judged(resolved=False, reason=_said(end) or "the script left no log", tests={})
    try:
        return verdict(task, housed, log.data.decode("utf-8", "replace"), list(canaries))
    except Unread as unread:
        return Judged(resolved=False, reason=str(unread), tests={})


def limits(housed: Housed, seconds: float) -> Limits:
    """What a script of this repository may use."""
    disk = housed.disk_mib + SPARE_MIB
    return Limits(
        wall_seconds=seconds,
        cpu_seconds=seconds,
        memory_mib=2048 + 2 * disk,
        processes=1024,
        disk_mib=disk,
        entries=500_000,
        collected_bytes=64 * 2**20,
    )


def _told(task: Task, found: Verdict) -> Judged:
    resolved = found.resolved or found.by_whole_ids
    needed = (*task.fail_to_pass, *task.pass_to_pass)
    tests = {name: found.tests.get(name, "missing") for name in needed}
    broken = [name for name in needed if tests[name] != "passed"]
    if not found.parsed:
        reason = f"the log holds no results{f': {found.why}' if found.why else ''}"
    elif resolved and not found.resolved:
        reason = f"all {len(needed)} tests passed; swebench itself cuts ids at their first space"
    elif resolved:
        reason = f"all {len(needed)} tests passed"
    elif broken:
        reason = f"{len(broken)} of {len(needed)} tests did not pass: {broken[0][:120]}"
    else:
        reason = "swebench does not take it for resolved"
    return Judged(resolved, reason, tests, swebench=found.swebench, own_word=found.resolved)


def _canary_place(task: Task, housed: Housed) -> str | None:
    """The folder of a test file that the script gives to pytest; None where there is no such thing."""
    before, mark, _ = housed.eval_script.partition(_END)
    lines = before.split("\n")[:-1]
    if not mark or not lines or not _PYTEST.search(lines[-1]):
        return None
    files = (test.partition("::")[0] for test in task.fail_to_pass if "::" in test)
    named = next((file for file in files if file.endswith(".py") and file in lines[-1]), None)
    return None if named is None else str(PurePosixPath(named).parent)


def _with_canary(script: str, path: str) -> str:
    before, mark, after = script.partition(_END)
    head, _, rest = before.rpartition("\n")
    return f"{head} {shlex.quote(path)}\n{rest}{mark}{after}"


def _canary(nonce: str) -> bytes:
    return f"def test_fails_{nonce}():\n    assert False\n\n\ndef test_passes_{nonce}():\n    pass\n".encode()


def _said(end: Exit) -> str:
    return " / ".join(end.output.decode("utf-8", "replace").strip().splitlines()[-3:])[:300]
