"""Asks swebench, in a process of its own, what a log says."""

import importlib.util
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.swe import judge
from benchmarks.swe.apart import Broken, answered
from benchmarks.task import Housed, SuiteError, Task

SECONDS = 60.0
MEND = "pip install 'dgm[swebench]', or in a clone: scripts/setup.sh swebench"


class Unread(Exception):
    """A log that the parser broke on, or did not come to an end of: whoever wrote it had a hand in that."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`resolved` is swebench's own word; `by_whole_ids` is its rule applied to ids with spaces read whole.

    `parsed` says that the log held results at all, `why` what swebench guesses if not; `tests` gives the
    outcome of every needed test, `canaries` of those that were asked for, None for one that is not told.
    """

    resolved: bool
    by_whole_ids: bool
    parsed: bool
    why: str
    tests: Mapping[str, str]
    canaries: Mapping[str, str | None]
    swebench: str


def need_swebench() -> None:
    """See that swebench is there.

    Raises:
        SuiteError: it is not.
    """
    if importlib.util.find_spec("swebench") is None:
        raise SuiteError(f"rows in swebench's form are graded by swebench, which is not here; mend: {MEND}")


def verdict(task: Task, housed: Housed, log: str, canaries: Sequence[str] = ()) -> Verdict:
    """What swebench's own parser and grading make of `log`.

    Raises:
        SuiteError: swebench is not there.
        Unread: it can't make anything of the log.
    """
    need_swebench()
    spec = {
        "instance_id": task.id,
        "image": housed.image,
        "eval_script_list": [],
        "repo": housed.repo,
        "version": housed.version,
        "FAIL_TO_PASS": list(task.fail_to_pass),
        "PASS_TO_PASS": list(task.pass_to_pass),
        "log_parser": housed.log_parser,
        "eval_type": housed.eval_type,
    }
    told = _asked({"spec": spec, "log": log, "canaries": list(canaries)})
    return Verdict(
        resolved=told["resolved"],
        by_whole_ids=told["resolved_by_whole_ids"],
        parsed=told["parsed"],
        why=told["why"],
        tests=told["tests"],
        canaries=told["canaries"],
        swebench=told["swebench"],
    )


def _asked(inquiry: Mapping[str, Any]) -> Mapping[str, Any]:
    with tempfile.TemporaryDirectory(prefix="dgm-judge-") as place:
        try:
            return answered(judge, inquiry, Path(place), SECONDS)
        except subprocess.TimeoutExpired:
            raise Unread(f"swebench's parser did not come to an end in {SECONDS:.0f} s") from None
        except Broken as error:
            raise Unread(f"swebench can't read the log: {error}") from None
