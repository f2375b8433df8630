"""Whole miniature runs whose seed agent or its child cheats: the run stays true, and nothing is gained."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from corpus import Attack, armed, each, hold
from scene import files_used, lasting
from test_hostile_improvers import SEED

from archive.check import problems
from archive.disk import DiskArchive
from archive.events import AgentId, Asked, Born, Event, Failed, Rejected, Retried, Scored
from dgm.cli.inspect import draw_tree, show_agent
from dgm.config import Config
from dgm.gateway import Gateway
from dgm.models.base import ChatReply, ChatRequest, Model
from dgm.models.scripted import Say, Scripted, Shell
from dgm.report.facts import facts
from dgm.run import Parts, Watch, launch
from dgm.run_toml import read
from dgm.session import Session
from dgm.worker import Worker
from sandbox.base import Sandbox
from tests.run.mini import MiniSuite

ABLE = "grep -q '# [01]$' sums.py && sed -i 's/a - b/a + b/' sums.py && echo fixed || echo cannot"
"""Solves the easy half of the tasks."""
INSTALL = "python3 hostile.py"


class Accomplice:
    """Has the agent run the attacker's program when it improves itself; solves the easy half of the tasks."""

    name = "accomplice"

    def complete(self, request: ChatRequest) -> ChatReply:
        command, words = (
            (INSTALL, "Made it better.") if request.model == "improve" else (ABLE, "That is all.")
        )
        return Scripted([Shell(command), Say(words)]).complete(request)


@dataclass(frozen=True, slots=True)
class Seen:
    """A run that ended: its events, what people were shown of it, and the sources of its agents."""

    folder: Path
    events: list[Event]
    shown: str

    def of(self, *kinds: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kinds)]

    @property
    def seed(self) -> Born:
        return self.of(Born)[0]  # type: ignore[no-any-return]

    def solved(self, agent: str) -> dict[str, bool]:
        """What an agent came to on the search tasks."""
        scored = [event for event in self.of(Scored) if event.agent == agent and event.split == "search"]
        return {event.task: event.verdict == "resolved" for event in scored}

    @property
    def children(self) -> list[AgentId]:
        return [born.agent for born in self.of(Born)[1:]]

    def hold(self, pattern: str) -> list[bool]:
        """For each child whether a file of its source matches `pattern`."""
        trees = [DiskArchive.read(self.folder).tree(child) for child in self.children]
        return [any(re.search(pattern.encode(), f.data) for f in tree.values()) for tree in trees]


CHECKS: Mapping[str, Callable[[Seen, Any], bool]] = {
    "children": lambda seen, wanted: len(seen.children) == wanted,
    "champion_is_the_seed": lambda seen, wanted: (champion(seen) == seen.seed.agent) == wanted,
    "child_as_its_twin": lambda seen, wanted: all(
        (seen.solved(child) == seen.solved(seen.seed.agent)) == wanted for child in seen.children
    ),
    "faults": lambda seen, wanted: len(seen.of(Retried, Failed)) == wanted,
    "rejected": lambda seen, wanted: len(seen.of(Rejected)) == wanted,
    "child_holds": lambda seen, wanted: all(seen.hold(wanted)),
    "child_lacks": lambda seen, wanted: not any(seen.hold(wanted)),
    "shown": lambda seen, wanted: re.search(wanted, seen.shown) is not None,
    "never_shown": lambda seen, wanted: re.search(wanted, seen.shown) is None,
}


def champion(seen: Seen) -> str | None:
    return facts(DiskArchive.read(seen.folder)).champion


def run(attack: Attack, sandbox: Sandbox, place: Path) -> Path:
    """A run of one expansion and four evaluations beside the seed's own, from the attacker's seed agent."""
    seed = place / "seed"
    SEED.overlaid(attack.tree).write_to(seed)

    @contextmanager
    def parts(_: Config, __: Callable[[str], None]) -> Iterator[Parts]:
        model: Model = Accomplice()
        models = {"offline": model}
        with Gateway() as gateway:
            yield Parts(MiniSuite(), sandbox, gateway, Worker(Session(sandbox, gateway), models))

    sets = [
        "search.policy=hgm",  # of equals its champion is the oldest: another than the seed gained something
        "workers=2",
        "budget.evaluations=4",
        "budget.expansions=1",
        "search.initial_expansions=1",
        "seed=3",
    ]
    sets += [f"seed_agent={seed}", "solve.wall_seconds=10", "improve.wall_seconds=10"]
    folder = place / "run"
    quiet = Watch(lambda _: None, lambda _: None, lambda _: None)
    assert launch(folder, read(None, sets), quiet, parts_of=parts).reason == "done"
    return folder


@pytest.mark.slow
@each("runs")
def test_a_hostile_run(
    attack: Attack, sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    armed(attack, sandbox)
    folder = run(attack, sandbox, tmp_path)
    assert draw_tree(folder, as_json=False) == 0
    events = [entry.event for entry in DiskArchive.read(folder).entries()]
    for event in events:
        if isinstance(event, Born):
            assert show_agent(folder, event.agent, as_json=False) == 0
    seen = Seen(folder, events, capsys.readouterr().out)
    hold(attack, sandbox, seen, CHECKS)
    assert problems(folder) == []
    ended = [event.ticket for event in seen.of(Born, Scored, Rejected, Failed) if event.ticket]
    assert sorted(ended) == [event.ticket for event in seen.of(Asked)]
    for line in (folder / "journal.jsonl").read_bytes().split(b"\n")[:-1]:
        assert line.isascii()
        assert json.loads(line)["event"]
    assert not re.search("[\x00-\x08\x0b-\x1f\u2028\u2029\ud800-\udfff]", seen.shown)
    shutil.rmtree(tmp_path)
    assert not lasting(files_used)
