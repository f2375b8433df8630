"""`simulate`: policies against each other in worlds with known truth."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from dgm.cli.errors import DONE
from dgm.cli.names import named, one_of
from dgm.config import ConfigError
from dgm.policy import POLICIES
from dgm.report.quality import quality_curves, quality_facts, quality_table
from dgm.simulate import TRACE_EVERY
from dgm.simulation.contest import Entry, contest
from dgm.simulation.families import FAMILIES, Split
from dgm.simulation.plot import svg

SPLITS: Sequence[Split] = ("tuning", "reporting")


def simulate(
    policies: str,
    families: str,
    split: str,
    seeds: int,
    evaluations: int,
    workers: int,
    merge_share: float,
    plot: Path | None,
    *,
    as_json: bool,
) -> int:
    """Carry out `dgm simulate`."""
    chosen = named("--policy", policies, sorted(POLICIES))
    places = named("--worlds", families, list(FAMILIES))
    one_of("--split", split, SPLITS)
    if evaluations < TRACE_EVERY:
        raise ConfigError(f"--evaluations {evaluations}: expected {TRACE_EVERY} or more")
    if plot is not None:
        _need_writable(plot)
    entries = [
        Entry(policy, family, SPLITS[SPLITS.index(split)], index, evaluations, workers, merge_share)
        for family in places
        for index in range(seeds)
        for policy in chosen
    ]
    console = Console(stderr=True)
    processes = max(1, min(len(entries), (os.cpu_count() or 2) - 1))
    playing = contest(entries, processes)
    played = list(track(playing, "plays", total=len(entries), console=console, transient=True))
    found = quality_curves(played)
    facts = quality_facts(found)
    if plot is not None:
        plot.write_text(svg(found))
        console.print(f"wrote {plot}")
    if as_json:
        sys.stdout.write(
            json.dumps({"split": split, "workers": workers, "merge_share": merge_share, **facts}) + "\n"
        )
    else:
        Console().print(quality_table(facts))
    return DONE


def _need_writable(plot: Path) -> None:
    """Fail before hours of plays, not after them."""
    try:
        plot.open("a").close()
    except OSError as error:
        raise ConfigError(f"--plot {plot}: can't be written: {error.strerror}") from None
