"""A run served from another's cassette: no model is asked, and the journal is the same but for times."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archive.base import ArchiveError
from archive.check import problems
from archive.disk import DiskArchive
from archive.events import Born, Called, Digest, Event, Failed, Rejected, Reserved, Scored, Started, Usage
from dgm.cli.inspect import draw_tree
from dgm.config import Config, ConfigError
from dgm.gateway import Call, Gateway
from dgm.givens import recorded_config
from dgm.ledger import Ledger
from dgm.models.base import ChatReply, ChatRequest, Message, Model, ModelError
from dgm.models.cassette import CASSETTES, Recording, transcript_lines
from dgm.models.registry import PROVIDERS
from dgm.run import Outcome, Parts, launch, open_parts, resume
from dgm.run_toml import changed
from dgm.session import Session, Trouble
from dgm.worker import Worker
from sandbox.registry import open_sandbox
from tests.cli.command import complaint, dgm
from tests.run.mini import QUIET, MiniSuite, Tinkerer, config
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

OTHER = "anthropic:another-model"
REQUEST = ChatRequest(model="solve", messages=(Message(role="user", content="hi"),))


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
        with (
            open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE, notice=notice) as sandbox,
            Gateway() as gateway,
        ):
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


REPLAYS = f'model={{solve="{OTHER}", improve="{OTHER}", allow_unpriced=true}}'


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that met two refusals."""
    folder = tmp_path_factory.mktemp("original") / "run"
    assert started(folder, Counting("offline", refused=(2, 6))).reason == "done"
    return folder


def test_a_replay_asks_nobody_and_gives_the_same_journal(original: Path, tmp_path: Path) -> None:
    model = Counting(OTHER)
    assert rerun(tmp_path / "run", original, model, REPLAYS).reason == "done"
    assert model.calls == 0
    assert journal(tmp_path / "run") == journal(original)
    statuses = [event.status for event in events(original) if isinstance(event, Called)]
    assert statuses.count("rejected") == 2
    # What was served is recorded again: a replay can be replayed.
    for path in (original / CASSETTES).iterdir():
        assert (tmp_path / "run" / CASSETTES / path.name).read_bytes() == path.read_bytes()


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_replay_of_what_was_paid_for_costs_nothing_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paid, replayed = tmp_path / "paid", tmp_path / "replayed"
    assert started(paid, Counting("offline"), "prices={offline={input=1.0, output=10.0}}").reason == "done"
    assert rerun(replayed, paid, Counting("offline"), "budget.usd=0.000001").reason == "done"
    cost, ledger = Ledger(events(paid)).spent, Ledger(events(replayed))
    assert ledger.spent == replace(cost, micro_usd=0)
    assert ledger.saved_micro_usd == cost.micro_usd > 0
    # But for money, it is the same journal.
    assert [_as_paid(event) for event in journal(replayed)] == [
        event for event in journal(paid) if not isinstance(event, Reserved)
    ]
    assert problems(replayed) == []
    draw_tree(replayed, as_json=False)
    assert f"${cost.micro_usd / 1e6:.4f} more was saved" in " ".join(capsys.readouterr().out.split())


def _as_paid(event: Event) -> Event:
    if not isinstance(event, Called):
        return event
    assert event.usage.micro_usd == 0
    return replace(event, usage=replace(event.usage, micro_usd=event.saved), saved=0)


def test_a_replay_opens_no_model_and_needs_no_key(original: Path) -> None:
    assert OTHER.partition(":")[0] in PROVIDERS
    settings = changed(config(), [REPLAYS, f'cassette={{mode="replay", run="{original}"}}'])
    with open_parts(settings, lambda _: None) as opened:
        (model,) = opened.worker.models.values()
    assert model.name == OTHER
    with pytest.raises(ModelError, match="is not asked in a replay"):
        model.complete(REQUEST)


def test_what_cannot_be_replayed_is_told_before_anything_is_written(original: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cassette\.mode 'replay' needs cassette\.run"):
        changed(config(), ["cassette.mode=replay"])
    silent = tmp_path / "silent"
    shutil.copytree(original, silent, symlinks=True)
    shutil.rmtree(silent / CASSETTES)
    with pytest.raises(ArchiveError, match="nothing to replay: it kept no cassette"):
        rerun(tmp_path / "run", silent, Counting("offline"))
    assert not (tmp_path / "run").exists()
    assert "no run here" in complaint(dgm("run", "--cassette-from", tmp_path / "nowhere"), 1)


def test_without_a_cassette_the_transcripts_are_kept(tmp_path: Path) -> None:
    with Recording(tmp_path, 1, 1, cassette=False) as recording:
        recording.add(Call(1, "solve", REQUEST, Tinkerer().complete(REQUEST), Usage(1)))
    assert not (tmp_path / CASSETTES).exists()
    assert len(transcript_lines(tmp_path, 1, 1)) == 1
