"""`export predictions`: an agent's work for the harnesses of others."""

import json
import sys
from pathlib import Path
from typing import get_args

from archive.disk import DiskArchive
from benchmarks.patches import PatchError
from benchmarks.registry import open_suite
from benchmarks.swe.predictions import prediction
from benchmarks.task import Split, SuiteError
from dgm.cli.errors import DONE
from dgm.cli.names import one_of
from dgm.givens import recorded_config
from dgm.report.facts import facts
from sandbox.diff import visible
from sandbox.tree import Change


def predictions(folder: Path, agent: str, to: Path, split: str | None, *, as_json: bool) -> int:
    """Carry out `dgm export predictions`."""
    if to.suffix != ".jsonl":
        raise SuiteError(f"--to {to}: allowed: a .jsonl file, as `swebench eval` reads it")
    allowed = get_args(Split)
    if split is not None:
        one_of("--split", split, allowed)
    archive = DiskArchive.read(folder)
    run = facts(archive)
    tasks = open_suite(recorded_config(folder, archive).suite.name).tasks
    named = run.agent(agent)
    model = f"dgm-{folder.resolve().name}-{run.history.born[named].ordinal}"
    lines, left_out = [], {}
    for split_name in allowed if split is None else (split,):
        for name, scored in run.history.scores(named, split_name).items():
            if name not in tasks:
                raise SuiteError(f"{folder}: task {name} is no longer in the run's suite")
            try:
                patch = prediction(tasks[name], Change.from_bytes(archive.blob(scored.patch))).decode()
            except PatchError as error:
                patch, left_out[name] = "", str(error)
            lines.append({"instance_id": name, "model_name_or_path": model, "model_patch": patch})
    try:
        to.write_text("".join(json.dumps(line) + "\n" for line in lines))
    except OSError as error:
        raise SuiteError(f"--to {to}: can't be written: {error.strerror}") from None
    if as_json:
        told = {"predictions": len(lines), "to": str(to), "model": model, "left_out": left_out}
        sys.stdout.write(json.dumps(told) + "\n")
        return DONE
    sys.stdout.write(f"{len(lines)} predictions of {model} in {to}\n")
    for name, reason in left_out.items():
        sys.stdout.write(f"empty, as no patch can carry it: {visible(name)}: {visible(reason)}\n")
    return DONE
