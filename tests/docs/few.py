"""Evolution runs small enough for documents: as a user's, but on a few tasks of the shipped suite."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from benchmarks.kata.suite import Kata
from benchmarks.task import Split, Task
from dgm.config import Config
from dgm.gateway import Gateway
from dgm.keys import Keys
from dgm.models.base import Model
from dgm.models.player import Absent
from dgm.run import Outcome, Parts, Watch, launch
from dgm.run_toml import read
from dgm.session import Session
from dgm.worker import Worker
from sandbox.registry import open_sandbox
from tests.docs.provided import provided
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

CHOSEN = (
    "daybook-back-to-back",
    "quill-how-many-are-left",
    "daybook-until-that-day",
    "wayfinder-at-the-limit",
)
QUIET = Watch(lambda _: None, lambda _: None, lambda _: None)


class Few:
    """Quick tasks of `kata`, two of a split, under its name: what is recorded of them, `kata` can replay."""

    name = "kata"
    shipped = True

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        known = Kata().tasks
        return {name: known[name] for name in CHOSEN}

    def split(self, name: Split) -> Sequence[Task]:
        return [task for task in self.tasks.values() if task.split == name]

    @property
    def digest(self) -> str:
        return hashlib.sha256("".join(task.digest for task in self.tasks.values()).encode()).hexdigest()


@contextmanager
def few_parts(config: Config, notice: Callable[[str], None]) -> Iterator[Parts]:
    """What `dgm.run.open_parts` opens, but for the suite, and with stand-ins for providers."""
    keys, replays = Keys(config.keys.file), config.cassette.mode == "replay"
    opened = open_sandbox(
        config.sandbox.backend, trusted=True, notice=notice, backends=BACKENDS_WITHOUT_ENGINE
    )
    with ExitStack() as stack, opened as sandbox, Gateway() as gateway:
        models: dict[str, Model] = {
            name: Absent(name) if replays else stack.enter_context(provided(name, keys))
            for name in config.model.names
        }
        yield Parts(Few(), sandbox, gateway, Worker(Session(sandbox, gateway), models))


def small_run(folder: Path) -> Outcome:
    """A finished run of the offline model: a few agents, a few evaluations each.

    Of agents that did as well, by `hgm` the oldest is champion.
    """
    budget = ["budget.evaluations=3", "budget.expansions=2"]
    sets = ["workers=2", *budget, "search.policy=hgm", "search.initial_expansions=2"]
    return launch(folder, read(None, sets), QUIET, parts_of=few_parts)
