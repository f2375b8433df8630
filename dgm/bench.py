"""Agents scored without evolving: each on each suite with each model is a run that only measures its seed."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from archive.disk import DiskArchive
from benchmarks.task import Split, Suite, SuiteError
from dgm.config import Config
from dgm.givens import recorded_config
from dgm.history import History
from dgm.ledger import Ledger
from dgm.run import OpenParts, Outcome, Watch, ended, launch, open_parts, resume
from dgm.run_toml import changed, inline
from sandbox.tree import TreeHash

PREFERRED: tuple[Split, ...] = ("held_out", "search", "sealed")


@dataclass(frozen=True, slots=True)
class Entrant:
    """An agent to be scored: as it was named, its source, and the settings that make it a run's seed."""

    name: str
    tree: TreeHash
    settings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One agent on one suite with one model; `folder` is of the run that measures it."""

    agent: str
    suite: str
    split: Split
    model: str
    folder: Path
    config: Config

    @property
    def attempts(self) -> int:
        """Wanted at each task."""
        return 1 if self.config.bench is None else self.config.bench.attempts


def split_of(suite: Suite, wanted: str | None) -> Split:
    """The split to score on: `wanted`, else held_out where the suite has one.

    Raises:
        SuiteError: the suite has no task there.
    """
    for split in get_args(Split) if wanted is not None else PREFERRED:
        if wanted in {None, split} and suite.split(split):
            return split
    raise SuiteError(f"suite {suite.name}: no task in split {wanted or 'held_out, search or sealed'}")


def cell(
    entrant: Entrant, suite: Suite, split: Split, model: str, attempts: int, settings: Config, place: Path
) -> Cell:
    """The cell, its folder named by all that decides what comes out, and by nothing else.

    Raises:
        ConfigError: a setting can't be used.
    """
    config = changed(
        settings,
        [
            *entrant.settings,
            f"suite.name={inline(suite.name)}",
            f"model.solve={inline(model)}",
            f"model.improve={inline(model)}",
            # Nothing is chosen: the policy only tells the seed's rate while it goes on.
            'search.policy="uniform"',
            f"bench={inline({'split': split, 'attempts': attempts})}",
        ],
    )
    decisive = [entrant.tree, suite.digest, split, model, config.seed, config.solve.model_dump_json()]
    digest = hashlib.sha256(json.dumps(decisive).encode()).hexdigest()
    name = "-".join([entrant.tree[:10], *map(_short, (suite.name, model)), digest[:8]])
    return Cell(entrant.name, suite.name, split, model, place / name, config)


def carry_on(
    one: Cell, overrides: Sequence[str], watch: Watch, *, parts_of: OpenParts = open_parts
) -> Outcome | None:
    """Start the cell's run, or take it up where it ended; None if nothing is left to do.

    `overrides` are settings that a started run may change.
    """
    if not one.folder.exists():
        return launch(one.folder, changed(one.config, overrides), watch, parts_of=parts_of)
    with DiskArchive.read(one.folder) as archive:
        recorded = recorded_config(one.folder, archive).bench
    had = 0 if recorded is None else recorded.attempts
    if had >= one.attempts and ended(one.folder):
        return None
    attempts = f"bench.attempts={max(had, one.attempts)}"
    return resume(one.folder, [*overrides, attempts], watch, parts_of=parts_of)


def spent(one: Cell) -> int:
    """Micro-dollars that the cell's run has used, whenever it did."""
    if not one.folder.exists():
        return 0
    with DiskArchive.read(one.folder) as archive:
        return Ledger(entry.event for entry in archive.entries()).spent.micro_usd


def history(one: Cell) -> History:
    """What is known of the cell; nothing yet where it was not begun."""
    if not one.folder.exists():
        return History()
    with DiskArchive.read(one.folder) as archive:
        return History(entry.event for entry in archive.entries())


def _short(name: str) -> str:
    """The telling end of a suite's or a model's name, fit for a folder's."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.")[-24:] or "x"
