"""A search under several policies and run seeds: each is a run of its own, kept, and gone on with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.disk import DiskArchive
from benchmarks.task import Suite
from dgm.config import Config, ConfigError
from dgm.givens import recorded_config
from dgm.history import History
from dgm.run import OpenParts, Outcome, Watch, ended, launch, open_parts, resume
from dgm.run_toml import overridden, read

NOT_DECISIVE: Mapping[str, bool | set[str]] = {
    **dict.fromkeys(("workers", "sandbox", "keys", "cassette", "canary", "prices", "suite"), True),
    "budget": {"usd", "tokens", "calls", "seconds"},
    "report": {"discordance"},
}
"""Settings in which runs may differ and still be held side by side; the suite is held against its name.

With more workers `phylo` has more children, for a champion about as good.
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """One policy under one run seed; `folder` is of its run."""

    policy: str
    folder: Path
    config: Config

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.folder.exists() and ended(self.folder)


def trial(policy: str, seed: int, settings: Sequence[str], place: Path) -> Trial:
    """A trial under `place`, with `settings` as `--set` takes them.

    Raises:
        ConfigError: a setting can't be used, or is the trial's own.
    """
    asked = overridden({}, settings)
    search = asked.get("search")
    for key, mend, said in (
        ("seed", "--seeds", "seed" in asked),
        ("search.policy", "--policy", isinstance(search, dict) and "policy" in search),
    ):
        if said:
            raise ConfigError(f"--set {key}: each run of a study has its own; mend: use {mend}")
    config = read(None, [*settings, f"seed={seed}", f"search.policy={policy}"])
    return Trial(policy, place / f"{policy}-{seed}", config)


def need_same(one: Trial, suite: Suite) -> None:
    """See that the trial's run, if it was begun, is the one that is wanted now.

    Raises:
        ConfigError: it has other settings, or another suite.
    """
    if not one.folder.exists():
        return
    with DiskArchive.read(one.folder) as archive:
        there = recorded_config(one.folder, archive)
        started = History(entry.event for entry in archive.entries()).started
    other = _differing(there, one.config)
    if started is not None and started.suite != suite.name:
        other = f"suite {started.suite}, not {suite.name}"
    if other is not None:
        raise ConfigError(f"{one.folder} was begun with {other}; mend: another --folder, or the same --set")


def carry_on(
    one: Trial, overrides: Sequence[str], watch: Watch, *, parts_of: OpenParts = open_parts
) -> Outcome:
    """Start the trial's run, or take it up where it stopped, with `overrides` that a started run may have."""
    if one.folder.exists():
        return resume(one.folder, overrides, watch, parts_of=parts_of)
    return launch(one.folder, one.config, watch, parts_of=parts_of)


def _differing(there: Config, here: Config) -> str | None:
    """The first setting that decides what comes out and is another; a run may tell more than is wanted."""
    had = _flat(there)
    for key, value in _flat(here).items():
        if had.get(key) != value and not (key.startswith("report.") and had.get(key)):
            return f"{key} = {had.get(key)!r}, not {value!r}"
    return None


def _flat(config: Config) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name, value in config.model_dump(exclude=NOT_DECISIVE).items():
        inner = {f"{name}.{key}": each for key, each in value.items()} if isinstance(value, dict) else {}
        table |= inner or {name: value}
    return table
