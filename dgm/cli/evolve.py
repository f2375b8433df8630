"""`run` and `resume`: a live view while it goes on, the lineage at its end."""

import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

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
    console = Console(stderr=as_json)
    say = partial(console.print, markup=False)
    say(f"run {folder}")
    with view(console) as watch:
        outcome = carry_on(watch)
    if as_json:
        sys.stdout.write(json.dumps({"reason": outcome.reason, **summary(folder)}) + "\n")
    else:
        console.print(lineage_view(folder), crop=False)
        say(f"{outcome.reason}; look closer with: dgm show {folder} champion, dgm check {folder}")
    if outcome.reason.startswith("interrupted"):
        say(f"nothing is lost; go on with: dgm resume {folder}")
        return INTERRUPTED
    if outcome.reason == "paused":
        say(f"go on with: dgm resume {folder}")
    if outcome.reason.startswith("budget."):
        say(f"go on with: dgm resume {folder} --set {extension(folder, outcome.reason.split()[0])}")
        return BUDGET
    return DONE


def stop_code(reason: str) -> int:
    """The exit code where a command of several runs ends with one that stopped short."""
    return BUDGET if reason.startswith("budget.") else INTERRUPTED


def way_on(folder: Path, reason: str) -> str:
    """What the same command needs besides: a limit is of all that a run spends, so it would stop at once."""
    bounded = reason.startswith("budget.")
    return f" with --set {extension(folder, reason.split(maxsplit=1)[0])}" if bounded else ""


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
        boxed = Panel(Text(text), title="note", border_style="yellow")
        console.print(boxed if "\n" in text else text, markup=False)

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
