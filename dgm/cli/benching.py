"""`bench`: score agents without evolving them; what was measured is kept, and the same command goes on."""

import csv
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from archive.disk import DiskArchive
from benchmarks.registry import open_suite
from benchmarks.task import Suite
from dgm.bench import Cell, Entrant, carry_on, cell, history, spent, split_of
from dgm.cli.errors import DONE
from dgm.cli.evolve import larger_limit, stopped_short, view
from dgm.cli.inspect import known
from dgm.config import Config, ConfigError
from dgm.givens import RUN_TOML, seed_tree
from dgm.manifest import MANIFEST
from dgm.report.bench import against_first, attempts, cell_facts
from dgm.report.bench_view import bench_view
from dgm.run import CHANGEABLE, OpenParts, open_parts
from dgm.run_toml import inline, read
from sandbox.diff import visible

SEED = "seed"


def bench(
    agents: Sequence[str],
    suites: str,
    models: str,
    split: str | None,
    repeat: int,
    place: Path,
    budget_usd: float | None,
    sets: Sequence[str],
    csv_file: Path | None,
    *,
    as_json: bool,
    suite_of: Callable[[str], Suite] = open_suite,
    parts_of: OpenParts = open_parts,
) -> int:
    """Carry out `dgm bench`."""
    console = Console(stderr=as_json, markup=False)
    settings = read(None, list(sets))
    entrants = [entrant(name) for name in dict.fromkeys(agents)]
    cells = [
        cell(one, suite, split_of(suite, split), model, repeat, settings, place)
        for suite in map(suite_of, _listed(suites))
        for model in _listed(models)
        for one in entrants
    ]
    heard_again = [override for override in sets if override.startswith(CHANGEABLE)]
    stopped = _measured(cells, heard_again, budget_usd, console, parts_of)
    facts = [cell_facts(one) for one in cells]
    differences = list(against_first(facts))
    if csv_file is not None:
        _write(csv_file, cells)
    if as_json:
        sys.stdout.write(json.dumps({"cells": facts, "against_first": differences}) + "\n")
    else:
        Console().print(bench_view(facts, differences, tasks=True))
    if stopped is None:
        return DONE
    folder, reason = stopped
    if budget_usd is not None and reason.startswith("budget.usd"):
        return stopped_short(console, f"--budget-usd {2 * budget_usd or 1:g}")
    return stopped_short(console, larger_limit(folder, reason))


def entrant(name: str) -> Entrant:
    """The agent that `name` means: `seed`, a folder with an agent.toml, RUN (its champion) or RUN:AGENT.

    Raises:
        ConfigError, ArchiveError: there is none.
    """
    if name == SEED:
        return _of(name, Config())
    folder = Path(name)
    if (folder / MANIFEST).is_file() and not (folder / RUN_TOML).is_file():
        return _of(name, Config(seed_agent=str(folder.resolve())))
    run, agent = (folder, "champion") if folder.is_dir() else _parted(name)
    facts = known(run)
    origin = {"run": str(run.resolve()), "agent": facts.agent(agent)}
    with DiskArchive.read(run) as archive:
        return Entrant(name, archive.tree(facts.agent(agent)).hash, (f"forked_from={inline(origin)}",))


def _of(name: str, config: Config) -> Entrant:
    named = () if config.seed_agent is None else (f"seed_agent={inline(config.seed_agent)}",)
    return Entrant(name, seed_tree(config).hash, named)


def _parted(name: str) -> tuple[Path, str]:
    run, colon, agent = name.rpartition(":")
    if not colon or not Path(run).is_dir():
        raise ConfigError(
            f"{name}: no agent; allowed: {SEED}, a folder with {MANIFEST}, a run's folder (its champion), "
            "or RUN:AGENT with an ordinal, an id prefix or 'champion'"
        )
    return Path(run), agent


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _measured(
    cells: Sequence[Cell],
    overrides: list[str],
    budget_usd: float | None,
    console: Console,
    parts_of: OpenParts,
) -> tuple[Path, str] | None:
    """Carry on each cell in turn, all within `budget_usd`; tells which run stopped short, and why."""
    for number, one in enumerate(cells, 1):
        bounded = list(overrides)
        if budget_usd is not None:
            bounded.append(f"budget.usd={_left(one, cells, budget_usd)}")
        title = f"[{number}/{len(cells)}] {one.agent} on {one.suite} with {one.model}: {one.folder}"
        console.print(visible(title))
        with view(console) as watch:
            outcome = carry_on(one, bounded, watch, parts_of=parts_of)
        if outcome is not None and outcome.reason != "done":
            console.print(outcome.reason)
            return one.folder, outcome.reason
    return None


def _left(one: Cell, cells: Sequence[Cell], budget_usd: float) -> float:
    others = {cell.folder: spent(cell) for cell in cells if cell.folder != one.folder}
    return max(0.0, budget_usd - sum(others.values()) / 1e6)


def _write(path: Path, cells: Sequence[Cell]) -> None:
    """One line an attempt."""
    records = [record for one in cells for record in attempts(one, history(one))]
    try:
        with path.open("w", newline="") as file:
            table = csv.DictWriter(file, list(records[0]) if records else ["agent"])
            table.writeheader()
            table.writerows(records)
    except OSError as error:
        raise ConfigError(f"--csv {path}: can't be written: {error.strerror}") from None
