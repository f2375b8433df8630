"""A refused key or a broken sandbox stops the run with its mend; mended, it goes on where it stood."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from archive.disk import DiskArchive
from archive.events import Asked, Born, Failed, Retried, Scored, Stopped
from dgm.config import Config
from dgm.ledger import Ledger
from dgm.models.base import ChatReply, ChatRequest, ModelError
from dgm.run import Parts, launch, resume
from dgm.session import Trouble
from sandbox.base import Exit, Order, Sandbox, SandboxError
from tests.run.mini import QUIET, Tinkerer, config, mini_parts


class Locked:
    """Answers a few calls, and then asks for another key."""

    name = "locked"

    def __init__(self, calls: int) -> None:
        self.left = calls

    def complete(self, request: ChatRequest) -> ChatReply:
        self.left -= 1
        if self.left < 0:
            raise ModelError("the key is refused; mend: set a key", owner="ours", fatal=True)
        return Tinkerer().complete(request)


def test_it_stops_with_its_tickets_open_and_goes_on(tmp_path: Path) -> None:
    folder, locked, workers = tmp_path / "run", Locked(5), 2

    @contextmanager
    def parts_of(config: Config, notice: Callable[[str], None]) -> Iterator[Parts]:
        with mini_parts(config, notice) as parts:
            models = dict.fromkeys(config.model.names, locked)
            yield replace(parts, worker=replace(parts.worker, models=models))

    settings = config(workers, evaluations=4, more=["prices={offline={input=1.0, output=10.0}}"])
    with pytest.raises(Trouble, match=r"^the key is refused; mend: set a key$"):
        launch(folder, settings, QUIET, parts_of=parts_of)
    # One more for each that was in flight, and none after.
    assert -workers <= locked.left < 0
    events = [entry.event for entry in DiskArchive.read(folder).entries()]
    assert not any(isinstance(event, Stopped) for event in events)
    asked = {event.ticket for event in events if isinstance(event, Asked)}
    ended = {event.ticket for event in events if isinstance(event, Born | Scored)}
    assert 1 <= len(asked - ended) <= workers
    retried = [event for event in events if isinstance(event, Retried)]
    assert {event.reason for event in retried} == {"the key is refused; mend: set a key"}
    assert {event.ticket for event in retried} == asked - ended

    assert resume(folder, [], QUIET, parts_of=mini_parts).reason == "done"
    events = [entry.event for entry in DiskArchive.read(folder).entries()]
    # What a refused call had set aside is not charged.
    assert Ledger(events).estimated_micro_usd == 0
    assert all(
        sum(isinstance(e, Born | Scored) and e.ticket == ticket for e in events) == 1 for ticket in asked
    )


class Dying:
    """Carries out a few orders, and then none."""

    def __init__(self, sandbox: Sandbox, orders: int) -> None:
        self._sandbox, self.left = sandbox, orders

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sandbox, name)

    def run(self, order: Order) -> Exit:
        self.left -= 1
        if self.left < 0:
            raise SandboxError("the engine is gone")
        return self._sandbox.run(order)


def test_a_sandbox_that_is_gone_ends_no_ticket(tmp_path: Path) -> None:
    folder, orders = tmp_path / "run", 9

    @contextmanager
    def parts_of(config: Config, notice: Callable[[str], None]) -> Iterator[Parts]:
        with mini_parts(config, notice) as parts:
            session = replace(parts.worker.session, sandbox=cast("Sandbox", Dying(parts.sandbox, orders)))
            yield replace(parts, worker=replace(parts.worker, session=session))

    with pytest.raises(Trouble, match=r"^the engine is gone; nothing can be run any more; mend: .*go on"):
        launch(folder, config(2, evaluations=4), QUIET, parts_of=parts_of)
    events = [entry.event for entry in DiskArchive.read(folder).entries()]
    assert any(isinstance(event, Scored) for event in events)
    assert not any(isinstance(event, Failed | Stopped) for event in events)

    assert resume(folder, [], QUIET, parts_of=mini_parts).reason == "done"
    events = [entry.event for entry in DiskArchive.read(folder).entries()]
    assert not any(isinstance(event, Failed) for event in events)
