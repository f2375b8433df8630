"""A whole run over each provider's wire is the run of the model behind it, to the last commit and verdict."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from archive.disk import DiskArchive
from archive.events import Born, Called, Event, Rejected, Retried, Scored
from dgm.config import Config
from dgm.ledger import Ledger
from dgm.models.offline import Offline
from dgm.models.player import Absent
from dgm.run import Parts, launch
from dgm.run_toml import changed
from tests.docs.few import few_parts
from tests.run.mini import QUIET, Tinkerer, config, mini_parts
from tests.standins import Fault, Kind, StandIn, standin
from tests.standins.clients import LITTLE, client

KINDS = get_args(Kind)
SMALL = ["workers=1", "seed=8", "budget.evaluations=4", "budget.expansions=2", "search.initial_expansions=2"]
FAULTS: dict[int, Fault] = {
    1: "rate limit",
    4: "cut within",
    6: "500",
    9: "malformed",
    12: "ends early",
    15: "529",
    18: "wrong type",
    21: "error within",
}
CALM = replace(LITTLE, stall_seconds=60.0, total_seconds=120.0, max_reply_bytes=2**24)
OpenParts = Callable[[Config, Callable[[str], None]], object]


def asking(kind: Kind, server: StandIn, opened: OpenParts = mini_parts) -> OpenParts:
    """The parts that `opened` gives, but asking a model of the server for each role."""

    @contextmanager
    def parts(settings: Config, notice: Callable[[str], None]) -> Iterator[Parts]:
        with opened(settings.model_copy(update={"model": type(settings.model)()}), notice) as made:
            roles = {settings.model.solve: "solve", next(iter(settings.model.improve_weights)): "improve"}
            models = {name: client(kind, server.url, CALM, role) for name, role in roles.items()}
            yield replace(made, worker=replace(made.worker, models=models))

    return parts


@contextmanager
def nobody(settings: Config, notice: Callable[[str], None]) -> Iterator[Parts]:
    """The parts of a replay: no server, no key, and models that can't be asked."""
    with mini_parts(settings, notice) as made:
        models = {name: Absent(name) for name in settings.model.names}
        yield replace(made, worker=replace(made.worker, models=models))


def named(kind: Kind) -> list[str]:
    return [f'model={{solve="{kind}:solve", improve="{kind}:improve", allow_unpriced=true}}']


def events(folder: Path) -> list[Event]:
    return [entry.event for entry in DiskArchive.read(folder).entries()]


def lineage(folder: Path) -> list[Event]:
    """Commits, trees, verdicts, patches and tokens in the order they came; all but seconds."""
    found = [event for event in events(folder) if isinstance(event, Born | Scored | Rejected)]
    # How much was read from a provider's cache is its own affair.
    return [replace(e, seconds=0.0, usage=replace(e.usage, tokens_cached=0, micro_usd=0)) for e in found]


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of a model that is asked directly."""
    folder = tmp_path_factory.mktemp("direct") / "run"
    assert launch(folder, changed(config(), SMALL), QUIET, parts_of=mini_parts).reason == "done"
    assert any(isinstance(event, Born) and event.parents for event in events(folder))
    return folder


@pytest.mark.parametrize("faults", [{}, {0: "unstreamed"}], ids=["streaming", "whole"])
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_run_of_the_model_behind_it(
    direct: Path, tmp_path: Path, kind: Kind, faults: dict[int, Fault]
) -> None:
    folder = tmp_path / "run"
    with standin(kind, Tinkerer().complete, faults) as server:
        settings = changed(config(), [*SMALL, *named(kind)])
        assert launch(folder, settings, QUIET, parts_of=asking(kind, server)).reason == "done"
    assert lineage(folder) == lineage(direct)
    calls = [event for event in events(folder) if isinstance(event, Called)]
    assert len(server.requests) == len(calls)
    assert {call.model for call in calls} == {"solve-2026-01-01", "improve-2026-01-01"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_faults_that_pass_change_nothing_but_the_bill_and_a_replay_has_none(
    direct: Path, tmp_path: Path, kind: Kind
) -> None:
    folder, replayed = tmp_path / "run", tmp_path / "replayed"
    prices = (
        f'prices={{"{kind}:solve"={{input=1.0, output=9.0}}, "{kind}:improve"={{input=2.0, output=9.0}}}}'
    )
    with standin(kind, Tinkerer().complete, FAULTS) as server:
        settings = changed(config(), [*SMALL, *named(kind), prices])
        assert launch(folder, settings, QUIET, parts_of=asking(kind, server)).reason == "done"
    assert lineage(folder) == lineage(direct)
    found = events(folder)
    calls = [event for event in found if isinstance(event, Called)]
    assert len(server.requests) == len(calls) + len(FAULTS)
    assert not [event for event in found if isinstance(event, Retried)]
    assert sum(call.estimated > 0 for call in calls) == 5
    spent = sum(call.usage.micro_usd + call.estimated for call in calls)
    assert Ledger(found).spent.micro_usd == spent > 0

    served = changed(settings, [f'cassette={{mode="replay", run="{folder}"}}'])
    assert launch(replayed, served, QUIET, parts_of=nobody).reason == "done"
    assert lineage(replayed) == lineage(folder)
    again = [event for event in events(replayed) if isinstance(event, Called)]
    assert [replace(c, usage=replace(c.usage, micro_usd=c.saved), saved=0) for c in again] == [
        replace(call, estimated=0) for call in calls
    ]
    assert Ledger(events(replayed)).spent.micro_usd == 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_offline_engine_behind_a_provider_gives_its_own_run(tmp_path: Path, kind: Kind) -> None:
    sets = ["workers=1", "budget.evaluations=1", "budget.expansions=2", "search.initial_expansions=2"]
    with standin(kind, Offline().complete) as server:
        for name, parts, more in (
            ("direct", few_parts, []),
            ("provided", asking(kind, server, few_parts), named(kind)),
        ):
            settings = changed(Config(), [*sets, *more])
            assert launch(tmp_path / name, settings, QUIET, parts_of=parts).reason == "done"
    found = lineage(tmp_path / "provided")
    assert found == lineage(tmp_path / "direct")
    assert any(isinstance(event, Born) and event.parents for event in found)
