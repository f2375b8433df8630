"""The command `dgm` as the documents call it: `python -m tests.docs.as_documented WORDS...`.

`run`, `fork` and `resume` read what they are given as ever, but work on a few tasks and are stopped before
their first new ticket; `bench` works on the same few tasks. Everything else is the command itself.
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
from dgm.config import read
from dgm.report.facts import facts
from dgm.run import Outcome, Watch, fork, launch, resume
from tests.docs.few import Few, few_parts

WATCH = Watch(print, lambda _: None, lambda controller: controller.stop("stopped: a document's example"))


def given(words: Sequence[str]) -> dict[str, Any]:
    """What the command line's own parser makes of the words behind `dgm`."""
    group: Any = typer.main.get_command(app)
    context = group.commands[words[0]].make_context(words[0], list(words[1:]))
    return dict(context.params)


def next_free() -> Path:
    return next(path for n in range(1, 999) if not (path := Path(f"runs/{n:03}")).exists())


def started(words: Sequence[str]) -> Outcome:
    of = given(words)
    named = {"search.policy": of["policy"], "model.solve": of["model"], "model.improve": of["model"]}
    named |= {"suite.name": of["suite"], "seed_agent": of["seed_agent"]}
    overrides = [f'{key}="{value}"' for key, value in named.items() if value is not None]
    settings = read(of["config"], [*overrides, *(of["sets"] or [])], of["preset"])
    return launch(of["folder"] or next_free(), settings, WATCH, parts_of=few_parts)


def forked(words: Sequence[str]) -> Outcome:
    of = given(words)
    agent = facts(DiskArchive.read(of["origin"])).agent(of["agent"])
    place = of["folder"] or next_free()
    return fork(of["origin"], agent, place, of["sets"] or [], WATCH, parts_of=few_parts)


def resumed(words: Sequence[str]) -> Outcome:
    of = given(words)
    return resume(of["folder"], of["sets"] or [], WATCH, parts_of=few_parts)


def benched(words: Sequence[str]) -> int:
    of = given(words)
    settings = of["sets"] or []
    wanted = (of["agents"], of["suite"], of["model"], of["split"], of["repeat"], of["folder"])
    more = (of["budget_usd"], settings, of["csv"])
    return bench(*wanted, *more, as_json=of["as_json"], suite_of=lambda _: Few(), parts_of=few_parts)


STOPPED: dict[str, Callable[[Sequence[str]], Outcome]] = {"run": started, "fork": forked, "resume": resumed}

if __name__ == "__main__":
    if sys.argv[1] in STOPPED and "--help" not in sys.argv:
        print(STOPPED[sys.argv[1]](sys.argv[1:]).reason)
    elif sys.argv[1] == "bench" and "--help" not in sys.argv:
        sys.exit(benched(sys.argv[1:]))
    else:
        main()
