"""`replay`: the recorded conversations, held against what the agent does now."""

import json
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console

from archive.disk import DiskArchive
from archive.events import TaskId
from benchmarks.registry import open_suite
from dgm import kept_splits
from dgm.cli.errors import DONE, FAILED
from dgm.gateway import Gateway
from dgm.givens import recorded_config
from dgm.original import need_cassette
from dgm.replay import Replayer
from dgm.report.facts import facts
from dgm.session import Session
from sandbox.diff import visible
from sandbox.registry import open_sandbox


def replay_agent(folder: Path, agent: str, task: str | None, *, as_json: bool) -> int:
    """Carry out `dgm replay`; the exit code is 1 if any evaluation diverged."""
    console = Console(stderr=True, markup=False)
    archive = DiskArchive.read(folder)
    run = facts(archive)
    config = recorded_config(folder, archive)
    suite = open_suite(config.suite.name)
    kept_splits.hold(kept_splits.kept(archive), suite)
    need_cassette(folder)
    offline = config.model.names == ("offline",)
    found: Counter[str] = Counter()
    with (
        open_sandbox(
            config.sandbox.backend, trusted=offline and suite.shipped, notice=console.print
        ) as sandbox,
        Gateway() as gateway,
    ):
        tasks = {TaskId(name): known for name, known in suite.tasks.items()}
        replayer = Replayer(folder, archive, run.history, config, tasks, Session(sandbox, gateway))
        evaluations = replayer.evaluations(run.agent(agent), None if task is None else TaskId(task))
        for replayed in replayer.replay(evaluations):
            found[replayed.fidelity] += 1
            if as_json:
                record = {
                    "ticket": replayed.ticket,
                    "task": replayed.task,
                    "fidelity": replayed.fidelity,
                    "difference": replayed.difference,
                }
                sys.stdout.write(json.dumps(record) + "\n")
            else:
                detail = f": {visible(replayed.difference)}" if replayed.difference else ""
                sys.stdout.write(f"ticket {replayed.ticket} {replayed.task}: {replayed.fidelity}{detail}\n")
    started = run.history.started
    if found["diverged"] and started is not None and started.suite_digest != suite.digest:
        console.print(f"suite {suite.name} has changed since the run: what differs may be the task's doing")
    return FAILED if found["diverged"] else DONE
