"""`study`: the same search under several run seeds, beside its controls."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from dgm.cli.errors import DONE, INTERRUPTED
from dgm.cli.evolve import view
from dgm.cli.inspect import known
from dgm.config import ConfigError, read
from dgm.report.study import POLICIES, study_row, study_table
from dgm.run import ended, is_done, launch, resume

EVALUATIONS = 400
"""Of each run, where `--set` names no other number: so many that most searches have something to show."""


def study(folder: Path, seeds: str, sets: Sequence[str], *, as_json: bool) -> int:
    """Carry out `dgm study`."""
    console = Console(stderr=as_json)
    rows = []
    for seed in _numbers(seeds):
        folders = {policy: folder / f"{policy}-{seed}" for policy in POLICIES}
        for policy, place in folders.items():
            named = [f"seed={seed}", f"search.policy={policy}", "report.random_agent=true"]
            settings = read(None, [f"budget.evaluations={EVALUATIONS}", *sets, *named])
            if place.exists() and ended(place):
                continue
            console.print(f"run {place}")
            with view(console) as watch:
                outcome = resume(place, [], watch) if place.exists() else launch(place, settings, watch)
            if not is_done(outcome.reason):
                console.print(f"{outcome.reason}; the same command goes on from here")
                return INTERRUPTED
        rows.append(study_row(seed, *(known(place) for place in folders.values())))
        console.print(study_table(rows))
    if as_json:
        sys.stdout.write(json.dumps(rows) + "\n")
    return DONE


def _numbers(text: str) -> Sequence[int]:
    first, _, last = text.partition("-")
    try:
        numbers = range(int(first), int(last or first) + 1)
    except ValueError:
        numbers = range(0)
    if not numbers:
        raise ConfigError(f"--seeds {text}: expected a number or a range, such as 0-4")
    return numbers
