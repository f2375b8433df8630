"""`run` and `resume`: a live view while it goes on, the lineage at its end."""

import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.live import Live
from rich.panel import Panel

from archive.disk import DiskArchive
from dgm.cli.errors import BUDGET, DONE, INTERRUPTED
from dgm.cli.inspect import known, lineage_view, summary
from dgm.config import Config
from dgm.controller import Controller, Progress
from dgm.givens import recorded_config
from dgm.report.live import picture
from dgm.run import Outcome, Watch, fork, launch, resume
from dgm.run_toml import changed, inline, read

RUNS = Path("runs")
_QUIET_SECONDS = 10.0


def settings(
    config: Path | None,
    preset: str | None,
    named: Mapping[str, object],
    sets: Sequence[str],
    cassette_from: Path | None = None,
) -> Config:
    """What a run is to go by: the settings that options name come before those of `--set`."""
    overrides = [f"{key}={inline(value)}" for key, value in named.items() if value is not None]
    if cassette_from is not None:
        served = {"mode": "replay", "run": str(cassette_from.resolve())}
        overrides.append(f"cassette={inline(served)}")
    if cassette_from is None or config is not None or preset is not None:
        return read(config, [*overrides, *sets], preset)
    recorded = recorded_config(cassette_from, DiskArchive.read(cassette_from))
    return changed(recorded, [*overrides, *sets])


def start(folder: Path | None, settings: Config, *, as_json: bool) -> int:
    """Carry out `dgm run`."""
    place = folder or _next_free()
    return _watched(place, lambda watch: launch(place, settings, watch), as_json=as_json)


def branch(origin: Path, agent: str, folder: Path | None, sets: Sequence[str], *, as_json: bool) -> int:
    """Carry out `dgm fork`."""
    named = known(origin).agent(agent)
    place = folder or _next_free()
    return _watched(place, lambda watch: fork(origin, named, place, sets, watch), as_json=as_json)


def take_up(folder: Path, sets: Sequence[str], *, as_json: bool) -> int:
    """Carry out `dgm resume`."""
    return _watched(folder, lambda watch: resume(folder, sets, watch), as_json=as_json)


def _watched(folder: Path, carry_on: Callable[[Watch], Outcome], *, as_json: bool) -> int:
    console = Console(stderr=as_json, markup=False)
    console.print(f"run {folder}")
    with view(console) as watch:
        outcome = carry_on(watch)
    if as_json:
        sys.stdout.write(json.dumps({"reason": outcome.reason, **summary(folder)}) + "\n")
    else:
        console.print(lineage_view(folder), crop=False)
        console.print(f"{outcome.reason}; look closer with: dgm show {folder} champion, dgm check {folder}")
    if outcome.reason.startswith("interrupted"):
        console.print(f"nothing is lost; go on with: dgm resume {folder}")
        return INTERRUPTED
    if outcome.reason == "paused":
        console.print(f"go on with: dgm resume {folder}")
    if larger := larger_limit(folder, outcome.reason):
        console.print(f"go on with: dgm resume {folder} {larger}")
        return BUDGET
    return DONE


def stopped_short(console: Console, larger: str | None) -> int:
    """Tell how a command of several runs goes on where one stopped, and give its exit code."""
    changed_by = f" with {larger}" if larger else ""
    console.print(f"nothing is lost; the same command goes on from here{changed_by}")
    return BUDGET if larger else INTERRUPTED


def larger_limit(folder: Path, reason: str) -> str | None:
    """What a run that a limit stopped needs to go on, for a limit is of all it spends; else None."""
    if not reason.startswith("budget."):
        return None
    return f"--set {extension(folder, reason.split(maxsplit=1)[0])}"


def extension(folder: Path, key: str) -> str:
    """The setting that lets a run go on for as long again."""
    budget = recorded_config(folder, DiskArchive.read(folder)).budget
    now = getattr(budget, key.removeprefix("budget."))
    # Only this controller's seconds count, so a run that is resumed has them all again.
    return f"{key}={inline(now if key == 'budget.seconds' else 2 * now or 1)}"


@contextmanager
def view(console: Console) -> Iterator[Watch]:
    """A live picture on a terminal, a line now and then elsewhere; the first Ctrl-C stops in good order."""
    controllers: list[Controller] = []
    last_line = [-_QUIET_SECONDS]

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if not controllers or controllers[0].stopping:
            raise KeyboardInterrupt
        controllers[0].stop("interrupted")
        console.print("finishing what is in flight; Ctrl-C again leaves it for `dgm resume`")

    def notice(text: str) -> None:
        console.print(Panel(text, title="note", border_style="yellow") if "\n" in text else text)

    before = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Live(console=console, refresh_per_second=4, transient=True) as live:

            def progress(state: Progress) -> None:
                if console.is_terminal:
                    live.update(picture(state))
                elif state.elapsed_seconds - last_line[0] >= _QUIET_SECONDS:
                    last_line[0] = state.elapsed_seconds
                    console.print(picture(state, one_line=True))

            yield Watch(notice, progress, controllers.append)
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _next_free() -> Path:
    number = 1
    while (RUNS / f"{number:03}").exists():
        number += 1
    return RUNS / f"{number:03}"
