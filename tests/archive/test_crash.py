"""Kill -9 at every boundary: what was acknowledged is there, and the run ends as it would have."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from crash_program import STEPS, faults

from archive.base import ArchiveError
from archive.disk import DiskArchive
from archive.events import EVENTS

PROGRAM = Path(__file__).with_name("crash_program.py")
ENVIRONMENT = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}


def sweep(folder: Path, stride: int) -> list[dict[str, Any]]:
    command = [sys.executable, str(PROGRAM), str(folder), "sweep", str(stride)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=ENVIRONMENT, timeout=1500)
    return [json.loads(line) for line in done.stdout.splitlines()]


def judge(outcomes: list[dict[str, Any]]) -> None:
    *killed, finished = outcomes
    assert finished["status"] == 0
    assert finished["seam"] is None
    for outcome in killed:
        assert outcome["status"] == -signal.SIGKILL
        assert outcome["told"] <= outcome["kept"] <= outcome["told"] + 1, outcome
        assert outcome["begun"] or outcome["told"] == 0, outcome
        assert outcome["resumed"] == 0, outcome
        assert outcome["faults"] == [], outcome


def test_a_run_killed_here_and_there_ends_as_it_would_have(tmp_path: Path) -> None:
    judge(sweep(tmp_path, 17))


@pytest.mark.slow
def test_a_run_killed_at_any_boundary_ends_as_it_would_have(tmp_path: Path) -> None:
    outcomes = sweep(tmp_path, 1)
    judge(outcomes)
    seams = Counter(outcome["seam"] for outcome in outcomes)
    for kind in EVENTS:
        times = 1 if kind == "started" else 2
        for side in ("before-write", "before-fsync", "after-fsync"):
            assert seams[f"{kind}:{side}"] >= times
    for seam in (
        "ref:before",
        "ref:after",
        "objects:before",
        "objects:after",
        "blob:before-fsync",
        "blob:after-rename",
    ):
        assert seams[seam] >= 2


@pytest.mark.slow
@pytest.mark.parametrize(("call", "stride"), [("fsync", 9), ("rename", 3)])
def test_a_run_killed_in_a_system_call_ends_as_it_would_have(tmp_path: Path, call: str, stride: int) -> None:
    """The kernel's own view: git's calls are killed too, and then it is the run that must cope."""
    assert shutil.which("strace"), "strace is needed: install it"
    deaths, number = 0, 1
    while True:
        folder = tmp_path / f"{call}-{number}"
        inject = f"inject=/^{call}:signal=KILL:when={number}"
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace=/^{call}", "-e", inject]
        killed = subprocess.run(
            [*command, sys.executable, str(PROGRAM), str(folder)],
            env=ENVIRONMENT,
            check=False,
            capture_output=True,
            timeout=120,
        )
        if killed.returncode == 0:
            break
        deaths += 1
        number += stride
        try:
            kept = [entry.event for entry in DiskArchive.read(folder).entries()]
        except ArchiveError:
            continue
        assert kept == [step.event for step in STEPS[: len(kept)]]
        subprocess.run(
            [sys.executable, str(PROGRAM), str(folder)],
            env=ENVIRONMENT,
            check=True,
            capture_output=True,
            timeout=120,
        )
        assert faults(folder) == []
    assert deaths >= 3
