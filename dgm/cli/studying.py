"""`study`: policies under several run seeds, or the search beside its controls."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.registry import open_suite
from benchmarks.task import Suite
from dgm.bench import split_of
from dgm.cli.errors import DONE, FAILED
from dgm.cli.evolve import larger_limit, stopped_short, view
from dgm.cli.inspect import known
from dgm.cli.names import named
from dgm.config import ConfigError, SearchSection
from dgm.policy import POLICIES
from dgm.report.study import study_facts, study_row
from dgm.report.study_view import study_view
from dgm.run import CHANGEABLE, OpenParts, is_done, open_parts
from dgm.session import Trouble
from dgm.study import Trial, carry_on, need_same, trial
from sandbox.diff import visible

EVALUATIONS = 400
"""Of each run, where `--set` names no other number: so many that most searches have something to show."""
CONTROLLED = (SearchSection().policy, "uniform")
"""Where no policy is named: the search and chance, with an agent drawn at random as a second control."""


def study(
    folder: Path,
    seeds: str,
    policies: str | None,
    sets: Sequence[str],
    *,
    as_json: bool,
    suite_of: Callable[[str], Suite] = open_suite,
    parts_of: OpenParts = open_parts,
) -> int:
    """Carry out `dgm study`."""
    console = Console(stderr=as_json, markup=False)
    chosen = CONTROLLED if policies is None else named("--policy", policies, sorted(POLICIES))
    # Policies are held against each other, so that meeting the seed agent again and again tells nothing.
    form = "report.random_agent=true" if policies is None else "report.seed_agent=false"
    settings = [f"budget.evaluations={EVALUATIONS}", form, *sets]
    trials = {seed: [trial(policy, seed, settings, folder) for policy in chosen] for seed in _numbers(seeds)}
    _need_comparable([one for those in trials.values() for one in those], suite_of)
    heard_again = [override for override in sets if override.startswith(CHANGEABLE)]
    rows, code = list[dict[str, Any]](), DONE
    for seed, those in trials.items():
        left = [one for one in those if not one.done]
        if left and rows:
            console.print(study_view(study_facts(rows)))
        code = _carried_on(left, heard_again, console, parts_of)
        if code != DONE:
            break
        runs = {one.policy: (one.folder, known(one.folder)) for one in those}
        rows.append(study_row(seed, runs, those[0].config.report))
    facts = study_facts(rows)
    if as_json:
        sys.stdout.write(json.dumps(facts) + "\n")
    elif rows:
        console.print(study_view(facts))
    return code


def _need_comparable(trials: Sequence[Trial], suite_of: Callable[[str], Suite]) -> None:
    """Before anything is run: there is something to compare on, and what is there already fits."""
    suite = suite_of(trials[0].config.suite.name)
    split_of(suite, "held_out")
    for one in trials:
        need_same(one, suite)


def _carried_on(
    trials: Sequence[Trial], overrides: Sequence[str], console: Console, parts_of: OpenParts
) -> int:
    """Carry each run on until it has nothing left to do."""
    for one in trials:
        console.print(f"run {one.folder}")
        try:
            with view(console) as watch:
                reason = carry_on(one, overrides, watch, parts_of=parts_of).reason
        except Trouble as error:
            console.print(visible(str(error)))
            console.print("nothing is lost; the same command goes on from here")
            return FAILED
        if not is_done(reason):
            console.print(reason)
            return stopped_short(console, larger_limit(one.folder, reason))
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
