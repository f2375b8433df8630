"""Ctrl-C in the midst of a bench, sent as a terminal sends it: nothing is lost, and the next call goes on."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from archive.check import problems
from archive.disk import DiskArchive
from dgm.cli.errors import DONE, INTERRUPTED
from dgm.history import History

ROOT = Path(__file__).resolve().parents[2]
BENCH = """
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dgm.cli.benching import bench
from dgm.session import Session
from dgm.worker import Worker
from tests.run.mini import MiniSuite, Tinkerer, mini_parts


class Telling(Tinkerer):
    def complete(self, request):
        print("working", file=sys.stderr, flush=True)
        return super().complete(request)


@contextmanager
def parts_of(config, notice):
    with mini_parts(config, notice) as parts:
        worker = Worker(Session(parts.sandbox, parts.gateway), {"offline": Telling()})
        yield replace(parts, worker=worker)


given = (["seed"], "mini", "offline", "search", 2, Path(sys.argv[1]), None, ["workers=2", "seed=7"], None)
sys.exit(bench(*given, as_json=True, suite_of=lambda _: MiniSuite(), parts_of=parts_of))
"""


def begun(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BENCH, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def heard(program: subprocess.Popen[str], said: str) -> None:
    assert program.stderr is not None
    assert any(said in line for line in program.stderr)


@pytest.mark.parametrize("presses", [1, 2])
def test_an_interrupted_bench_loses_nothing_and_goes_on(presses: int, tmp_path: Path) -> None:
    program = begun(tmp_path)
    for said in ("working", "finishing what is in flight")[:presses]:
        heard(program, said)
        # The whole group, as a terminal does: what runs in sandboxes included.
        os.killpg(program.pid, signal.SIGINT)
    _, told = program.communicate(timeout=120)
    assert program.returncode in ({INTERRUPTED} if presses == 1 else {INTERRUPTED, -signal.SIGINT}), told
    assert presses == 2 or "the same command goes on from here" in told
    (run,) = tmp_path.iterdir()
    before = History(entry.event for entry in DiskArchive.read(run).entries())
    left_open = before.asked.keys() - before.scored.keys()
    assert not left_open or presses == 2
    assert len(before.scored) < 8
    assert not before.failed

    again = begun(tmp_path)
    facts, told = again.communicate(timeout=120)
    assert again.returncode == DONE, told
    (cell,) = json.loads(facts)["cells"]
    assert (cell["n"], cell["attempts"], cell["resolved"]) == (4, 8, 1)
    after = History(entry.event for entry in DiskArchive.read(run).entries())
    assert {number: after.scored[number] for number in before.scored} == before.scored
    assert set(Counter((each.task, each.repeat) for each in after.asked.values()).values()) == {1}
    assert problems(run) == []
