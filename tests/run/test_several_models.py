"""A run with several models that improve, one of which is changed behind our back; and its replay."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archive.disk import DiskArchive
from archive.events import Asked, Born, Called, Event, Probed, Rejected, Retried, Scored
from dgm.cli.inspect import check_run, draw_tree, show_agent
from dgm.config import Config
from dgm.gateway import Gateway
from dgm.givens import recorded_config
from dgm.models.base import ChatReply, ChatRequest, Message, ModelError
from dgm.report.facts import facts
from dgm.report.ticket import ticket_facts
from dgm.run import Parts, launch
from dgm.run_toml import changed
from dgm.session import Session
from dgm.worker import Worker
from sandbox.registry import open_sandbox
from tests.run.mini import QUIET, MiniSuite, Tinkerer, config
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

pytestmark = pytest.mark.slow


class Changing:
    """A tinkerer with a name; its call number `failing` fails, and from `changed` on it is another."""

    def __init__(self, name: str, changed: int, failing: int = 0) -> None:
        self.name, self.calls = name, 0
        self._changed, self._failing = changed, failing

    def complete(self, request: ChatRequest) -> ChatReply:
        self.calls += 1
        if self.calls == self._failing:
            raise ModelError("overloaded", owner="ours")
        itself = f"{self.name}-{1 + (self.calls >= self._changed)}"
        if request.messages[0].role == "user" and "planets" in (request.messages[0].content or ""):
            words = Message(role="assistant", content=f"Mercury, says {itself}")
            return ChatReply(message=words, finish_reason="stop", tokens_in=5, tokens_out=2, model=itself)
        reply = Tinkerer().complete(request)
        cut = {"finish_reason": "length"} if request.model == "solve" and not reply.message.tool_calls else {}
        return reply.model_copy(update={"model": itself, **cut})


def parts(*models: Changing) -> Callable[[Config, Callable[[str], None]], object]:
    @contextmanager
    def opened(settings: Config, notice: Callable[[str], None]) -> Iterator[Parts]:
        named = {model.name: model for model in models}
        assert named.keys() == set(settings.model.names)
        with (
            open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE, notice=notice) as sandbox,
            Gateway() as gateway,
        ):
            yield Parts(MiniSuite(), sandbox, gateway, Worker(Session(sandbox, gateway), named))

    return opened


SETTINGS = [
    "seed=22",
    'model={solve="x", improve={y=1, z=1}, improve_draw="children", allow_unpriced=true}',
    "canary.every=4",
    "budget.evaluations=6",
    "budget.expansions=4",
    "search.initial_expansions=4",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("several") / "run"
    models = Changing("x", 12), Changing("y", 1000, failing=3), Changing("z", 1000)
    assert launch(place, changed(config(), SETTINGS), QUIET, parts_of=parts(*models)).reason == "done"
    return place


def events(folder: Path) -> list[Event]:
    return [entry.event for entry in DiskArchive.read(folder).entries()]


def ends(folder: Path) -> list[Event]:
    found = [event for event in events(folder) if isinstance(event, Born | Scored | Rejected)]
    return [replace(event, seconds=0.0) for event in found]


def test_each_expansion_is_given_the_model_it_drew_at_every_attempt(folder: Path) -> None:
    drew = {e.ticket: e.why["model"] for e in events(folder) if isinstance(e, Asked) and e.job == "expand"}
    assert set(drew.values()) == {"y", "z"}
    calls = [event for event in events(folder) if isinstance(event, Called)]
    for call in calls:
        assert call.model == f"{drew[call.ticket]}-1" if call.role == "improve" else call.model[0] == "x"
    (retried,) = (event for event in events(folder) if isinstance(event, Retried))
    assert drew[retried.ticket] == "y"
    assert {call.attempt for call in calls if call.ticket == retried.ticket} >= {2}


def test_what_became_of_each_models_children_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert draw_tree(folder, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    ends = [event for event in events(folder) if isinstance(event, Born | Rejected) and event.parents]
    assert [row["model"] for row in told["improvers"]] == ["y", "z"]
    assert sum(row["made"] for row in told["improvers"]) == len(ends) == 4
    assert sum(row["admitted"] for row in told["improvers"]) == told["agents"] - 1
    for as_seen in (draw_tree(folder, as_json=False), show_agent(folder, "champion", as_json=False)):
        assert as_seen == 0
    shown = capsys.readouterr().out
    assert shown.count("models that improved") == 2


def test_a_model_that_was_changed_is_warned_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    probes = [event for event in events(folder) if isinstance(event, Probed)]
    assert [(probe.model, probe.evaluations) for probe in probes[:6]] == [
        *((name, 0) for name in "xyz"),
        *((name, 4) for name in "xyz"),
    ]
    assert len({probe.reply for probe in probes if probe.model == "x"}) == 2
    assert check_run(folder, repair=False, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == []
    ids, canary = told["warnings"]
    assert ids.startswith("model x answered under 2 ids: x-1 (")
    assert canary.startswith("the model may have changed: x gave the canary another reply after ")
    calls = sum(isinstance(event, Called) for event in events(folder))
    assert facts(DiskArchive.read(folder)).ledger.spent.calls == calls + len(probes)


def test_a_cut_reply_is_told_from_a_wrong_answer(folder: Path) -> None:
    archive = DiskArchive.read(folder)
    scored = next(e for e in events(folder) if isinstance(e, Scored) and e.verdict == "unresolved")
    assert scored.reason.startswith("the model's replies: 1 length; ")
    assert json.loads(archive.blob(scored.detail))["model"] == {"length": 1}
    assert ticket_facts(facts(archive), scored.ticket)["attempts"][0]["unanswered"] == {"length": 1}


def test_its_replay_meets_no_trouble_and_comes_to_the_same(folder: Path, tmp_path: Path) -> None:
    settings = recorded_config(folder, DiskArchive.read(folder))
    served = changed(settings, [f'cassette={{mode="replay", run="{folder}"}}'])
    models = [Changing(name, 1) for name in "xyz"]
    assert launch(tmp_path / "run", served, QUIET, parts_of=parts(*models)).reason == "done"
    assert sum(model.calls for model in models) == 0
    assert ends(tmp_path / "run") == ends(folder)
    assert not [event for event in events(tmp_path / "run") if isinstance(event, Retried)]
