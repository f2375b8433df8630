"""`check-agent`: what a run would demand of a seed agent, told line by line before there is one."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.registry import open_suite
from dgm.admission import Rules
from dgm.assignments import terms_of
from dgm.cli.errors import DONE, FAILED
from dgm.cli.task_suites import named_sandbox, tell
from dgm.config import ConfigError
from dgm.examination import Demand, Trials, at_work, lacking, on_sight, source
from dgm.gateway import Gateway
from dgm.models.registry import open_model
from dgm.run_toml import read
from dgm.session import Session
from sandbox.diff import visible

SUITE, TASK = "kata", "daybook-back-to-back"
"""Resolved by the shipped seed agent in seconds."""
MODEL = "offline"


def check_agent(folder: Path, backend: str, *, as_json: bool) -> int:
    """Carry out `dgm check-agent`."""
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder")
    demands = []
    for demand in _examined(folder, backend):
        demands.append(demand)
        if not as_json:
            sys.stdout.write(_line(demand))
            sys.stdout.flush()
    failed = lacking(demands)
    if as_json:
        told = {"agent": str(folder), "taken": not failed, "demands": [asdict(one) for one in demands]}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        verdict = "a run would not take it" if failed else f"try it: dgm run --seed-agent {folder}"
        sys.stdout.write(f"{visible(verdict)}\n")
    return FAILED if failed else DONE


def _examined(folder: Path, backend: str) -> Iterator[Demand]:
    tree, demand = source(folder)
    yield demand
    if tree is None:
        return
    config = read()
    seen = list(on_sight(tree, Rules(config.admission.max_files, config.admission.max_kib * 1024)))
    yield from seen
    if lacking(seen):
        return
    # As for a run: the offline model on the shipped suite asks for no isolation.
    with named_sandbox(backend, trusted=True) as sandbox, Gateway() as gateway:
        tell(f"{MODEL} works in {sandbox.name}")
        yield from at_work(
            tree,
            Trials(
                Session(sandbox, gateway),
                open_model(MODEL),
                open_suite(SUITE).tasks[TASK],
                terms_of(config, config.solve, 0, MODEL),
                terms_of(config, config.improve, 0, MODEL),
            ),
        )


def _line(demand: Demand) -> str:
    mark = "ok" if demand.met else "no" if demand.needed else "--"
    text = " ".join(visible(demand.told).split())
    mend = "" if demand.met else f"    mend: {visible(demand.mend)}\n"
    return f"{mark}  {visible(demand.name)}: {text}\n{mend}"
