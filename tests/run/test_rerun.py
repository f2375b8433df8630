"""A run served from another's cassette: no model is asked, and the journal is the same but for times."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archive.disk import DiskArchive
from archive.events import Born, Called, Digest, Event, Failed, Rejected, Scored, Started
from dgm.config import Config, changed
from dgm.gateway import Gateway
from dgm.models.base import ChatReply, ChatRequest, Model, ModelError
from dgm.models.cassette import CASSETTES
from dgm.run import Outcome, Parts, launch, recorded_config, resume
from dgm.session import Session, Trouble
from dgm.worker import Worker
from sandbox.registry import open_sandbox
from tests.run.mini import QUIET, MiniSuite, Tinkerer, config

OTHER = "anthropic:another-model"


class Counting:
    """A tinkerer that counts; refuses at some calls, counted over the run, and fails at others."""

    def __init__(self, name: str, refused: Sequence[int] = (), failing: Sequence[int] = ()) -> None:
        self.name, self.calls = name, 0
        self._refused, self._failing = refused, failing

    def complete(self, request: ChatRequest) -> ChatReply:
        self.calls += 1
        if self.calls in self._refused:
            raise ModelError(f"the context is too long ({self.calls})", owner="agent")
        if self.calls in self._failing:
            raise ModelError("overloaded", owner="ours")
        return Tinkerer().complete(request)


def parts(model: Model) -> Callable[[Config, Callable[[str], None]], object]:
    @contextmanager
    def opened(settings: Config, notice: Callable[[str], None]) -> Iterator[Parts]:
        models = dict.fromkeys(settings.model.names, model)
        with open_sandbox("auto", notice=notice) as sandbox, Gateway() as gateway:
            yield Parts(MiniSuite(), sandbox, gateway, Worker(Session(sandbox, gateway), models))

    return opened


def started(folder: Path, model: Model, *sets: str) -> Outcome:
    small = ["seed=8", "budget.evaluations=4", "budget.expansions=2", *sets]
    return launch(folder, changed(config(), small), QUIET, parts_of=parts(model))


def rerun(folder: Path, original: Path, model: Model, *sets: str) -> Outcome:
    settings = recorded_config(original, DiskArchive.read(original))
    served = [f'cassette={{mode="replay", run="{original}"}}', *sets]
    return launch(folder, changed(settings, served), QUIET, parts_of=parts(model))


def events(folder: Path) -> list[Event]:
    return [entry.event for entry in DiskArchive.read(folder).entries()]


def journal(folder: Path) -> list[Event]:
    """What it says, but for times and for the settings' digest."""
    return [_timeless(event) for event in events(folder)]


def _timeless(event: Event) -> Event:
    match event:
        case Started():
            return replace(event, run="", config=Digest("0" * 64))
        case Born() | Scored() | Rejected() | Failed():
            return replace(event, seconds=0.0)
        case _:
            return event


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that met two refusals."""
    folder = tmp_path_factory.mktemp("original") / "run"
    assert started(folder, Counting("offline", refused=(2, 6))).reason == "done"
    return folder


def test_a_replay_asks_nobody_and_gives_the_same_journal(original: Path, tmp_path: Path) -> None:
    model = Counting(OTHER)
    settings = [f'model.solve="{OTHER}"', f'model.improve="{OTHER}"', "model.allow_unpriced=true"]
    assert rerun(tmp_path / "run", original, model, *settings).reason == "done"
    assert model.calls == 0
    assert journal(tmp_path / "run") == journal(original)
    statuses = [event.status for event in events(original) if isinstance(event, Called)]
    assert statuses.count("rejected") == 2
    # What was served is recorded again: a replay can be replayed.
    for path in (original / CASSETTES).iterdir():
        assert (tmp_path / "run" / CASSETTES / path.name).read_bytes() == path.read_bytes()


def test_what_is_missing_ends_a_replay_in_one_line_and_a_refreshed_run_asks_for_it(
    original: Path, tmp_path: Path
) -> None:
    model, folder = Counting("offline"), tmp_path / "run"
    with pytest.raises(Trouble, match=r"not on the cassette: call 1: .*cassette\.mode=refresh") as missed:
        rerun(folder, original, model, "budget.evaluations=6", "budget.expansions=3")
    assert missed.value.fatal
    assert "\n" not in str(missed.value)
    assert model.calls == 0
    refreshed = resume(folder, ["cassette.mode=refresh"], QUIET, parts_of=parts(model))
    assert refreshed.reason == "done"
    calls = [event for event in events(folder) if isinstance(event, Called)]
    assert 0 < model.calls < len(calls)
