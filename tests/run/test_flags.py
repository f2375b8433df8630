"""A child that stops telling what it does: born, flagged in the journal, and shown so."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.check import problems
from dgm.cli.errors import DONE
from dgm.cli.inspect import draw_tree, show_agent
from dgm.config import Config
from dgm.gateway import Gateway
from dgm.models.base import ChatReply, ChatRequest
from dgm.models.scripted import Say, Scripted, Shell
from dgm.run import Parts, launch
from dgm.run_toml import read
from dgm.session import Session
from dgm.worker import Worker
from sandbox.registry import open_sandbox
from tests.run.mini import QUIET, MiniSuite
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

FLAG = 'removes logging: 2 lines, such as print(converse("solve", SYSTEM, issue))'


class Silencer:
    """Takes the prints out of `solve`."""

    name = "silencer"

    def complete(self, request: ChatRequest) -> ChatReply:
        steps = [Shell("sed -i 's/print(\\(.*\\))$/\\1/' agent/solve.py"), Say("Less noise.")]
        return Scripted(steps).complete(request)


@contextmanager
def parts(config: Config, notice: Callable[[str], None]) -> Iterator[Parts]:
    with (
        open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE, notice=notice) as sandbox,
        Gateway() as gateway,
    ):
        models = {"offline": Scripted([Say("no")]), "silencer": Silencer()}
        yield Parts(MiniSuite(), sandbox, gateway, Worker(Session(sandbox, gateway), models))


@pytest.fixture(scope="module")
def silenced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "silenced"
    sets = ["workers=1", "budget.evaluations=1", "budget.expansions=1", "search.initial_expansions=1"]
    sets += ["model.improve=silencer", "model.allow_unpriced=true"]
    assert launch(folder, read(None, sets), QUIET, parts_of=parts).reason == "done"
    return folder


def test_the_flag_is_in_journal_card_and_tree(silenced: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(show: Callable[..., int], *about: str, as_json: bool) -> str:
        assert show(silenced, *about, as_json=as_json) == DONE
        return " ".join(capsys.readouterr().out.split())

    events = [json.loads(line) for line in (silenced / "journal.jsonl").read_text().splitlines()]
    births = [event for event in events if event["event"] == "born"]
    assert [born.get("flags") for born in births] == [None, [FLAG]]
    child = births[1]["agent"]
    assert json.loads(said(show_agent, child, as_json=True))["flags"] == [FLAG]
    assert said(show_agent, child, as_json=False).count(f"flagged {FLAG}") == 1
    lineage = json.loads(said(draw_tree, as_json=True))["lineage"]
    assert [row["flags"] for row in lineage] == [[], [FLAG]]
    assert said(draw_tree, as_json=False).count("removes logging") == 1
    assert list(problems(silenced)) == []
