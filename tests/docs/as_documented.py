"""The command `dgm` as the documents call it: `python -m tests.docs.as_documented WORDS...`.

`run`, `fork` and `resume` read what they are given as ever, but work on a few tasks and are stopped before
their first new ticket. With a provider's model a stand-in is asked, and a run goes on until a ticket has
ended. `bench` works on the same few tasks. Everything else is the command itself.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typer.main

from archive.disk import DiskArchive
from dgm.cli import main
from dgm.cli.app import app
from dgm.cli.benching import bench
from dgm.cli.evolve import settings
from dgm.cli.forecasting import tell_forecast
from dgm.config import Config
from dgm.controller import Controller, Progress
from dgm.report.facts import facts
from dgm.run import Watch, fork, launch, resume
from tests.docs.few import Few, few_parts

REASON = "stopped: a document's example"


def watch(config: Config) -> Watch:
    """Stops a run when it has shown what it is to show."""
    controllers: list[Controller] = []

    def begun(controller: Controller) -> None:
        controllers.append(controller)
        if config.model.names == ("offline",):
            controller.stop(REASON)

    def progress(state: Progress) -> None:
        if state.ended:
            controllers[0].stop(REASON)

    return Watch(print, progress, begun)


def given(words: Sequence[str]) -> dict[str, Any]:
    """What the command line's own parser makes of the words behind `dgm`."""
    group: Any = typer.main.get_command(app)
    context = group.commands[words[0]].make_context(words[0], list(words[1:]))
    return dict(context.params)


def next_free() -> Path:
    return next(path for n in range(1, 999) if not (path := Path(f"runs/{n:03}")).exists())


def started(words: Sequence[str]) -> str:
    of = given(words)
    named = {
        "search.policy": of["policy"],
        "model.solve": of["solve_model"] or of["model"],
        "model.improve": of["improve_model"] or of["model"],
        "model.allow_unpriced": of["allow_unpriced"] or None,
        "suite.name": of["suite"],
        "budget.usd": of["budget_usd"],
        "seed_agent": of["seed_agent"],
    }
    wanted = settings(of["config"], of["preset"], named, of["sets"] or [], of["cassette_from"])
    if of["dry_run"]:
        tell_forecast(wanted, of["measure"], as_json=of["as_json"], parts_of=few_parts)
        return ""
    return launch(of["folder"] or next_free(), wanted, watch(wanted), parts_of=few_parts).reason


def forked(words: Sequence[str]) -> str:
    of = given(words)
    agent = facts(DiskArchive.read(of["origin"])).agent(of["agent"])
    place = of["folder"] or next_free()
    return fork(of["origin"], agent, place, of["sets"] or [], watch(Config()), parts_of=few_parts).reason


def resumed(words: Sequence[str]) -> str:
    of = given(words)
    return resume(of["folder"], of["sets"] or [], watch(Config()), parts_of=few_parts).reason


def benched(words: Sequence[str]) -> int:
    of = given(words)
    sets = of["sets"] or []
    wanted = (of["agents"], of["suite"], of["model"], of["split"], of["repeat"], of["folder"])
    more = (of["budget_usd"], sets, of["csv"])
    return bench(*wanted, *more, as_json=of["as_json"], suite_of=lambda _: Few(), parts_of=few_parts)


STOPPED: dict[str, Callable[[Sequence[str]], str]] = {"run": started, "fork": forked, "resume": resumed}

if __name__ == "__main__":
    if sys.argv[1] in STOPPED and "--help" not in sys.argv:
        print(STOPPED[sys.argv[1]](sys.argv[1:]))
    elif sys.argv[1] == "bench" and "--help" not in sys.argv:
        sys.exit(benched(sys.argv[1:]))
    else:
        main()
