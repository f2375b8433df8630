"""The run's budget against many workers: no call too many, none paid for is lost, nobody waits for ever."""

import itertools
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive.disk import DiskArchive
from archive.events import Asked, Called, Failed, Reserved, Retried, Started, Usage
from dgm.account import Account
from dgm.cap import Cap, OverBudget
from dgm.gateway import Allowance, Line
from dgm.ledger import Ledger
from dgm.models.base import ChatReply, ChatRequest, Message, ModelError
from dgm.models.cassette import Recording
from dgm.prices import Price
from dgm.purse import Purse

PRICE = Price(input=1.0, cached=0.1, output=10.0)
BODY = json.dumps({"model": "solve", "messages": [{"role": "user", "content": "hello"}]}).encode()
MAX_TOKENS = 200
WORKERS = 16


class Dear:
    """Answers at a cost that differs from call to call; every `lost`-th reply is lost."""

    name = "dear"

    def __init__(self, lost: int = 0) -> None:
        self._lost, self._numbers = lost, itertools.count(1)

    def complete(self, request: ChatRequest) -> ChatReply:
        number = next(self._numbers)
        if self._lost and number % self._lost == 0:
            raise ModelError("the connection broke", owner="ours")
        assert request.max_tokens == MAX_TOKENS
        return ChatReply(
            message=Message(role="assistant", content=f"reply {number}"),
            finish_reason="stop",
            tokens_in=40,
            tokens_out=1 + 37 * number % MAX_TOKENS,
            tokens_cached=10,
            model="dear-1",
        )


def opened(folder: Path) -> DiskArchive:
    archive = DiskArchive.create(folder, epoch=0)
    archive.record(Started("r", 0, 0, archive.put(b"seed = 0"), "s", "d", {}))
    for ticket in range(1, WORKERS + 1):
        archive.record(Asked(ticket, "evaluate", "search", 0, {}))
    return archive


def ask_until_refused(ticket: int, archive: DiskArchive, purse: Purse, model: Dear) -> str:
    """One attempt's calls; tells how the last one was refused."""
    with Recording(archive.folder, ticket, 1) as recording:
        account = Account(ticket, 1, archive, recording, purse, lambda _: None)
        allowance = Allowance(calls=100, tokens=1_000_000, max_tokens=MAX_TOKENS)
        line = Line(archive.folder, {"solve": model}, allowance, 0, account, PRICE)
        while (answer := line.answer(BODY)).status == 200:
            pass
    return f"{answer.status} {type(line.trouble).__name__}"


@pytest.mark.parametrize("cap", [Cap(micro_usd=60_000), Cap(tokens=6_000), Cap(calls=50)])
def test_many_workers_stop_at_the_cap(tmp_path: Path, cap: Cap) -> None:
    model, purse = Dear(), Purse(Ledger(), cap)
    with opened(tmp_path / "run") as archive, ThreadPoolExecutor(WORKERS) as pool:
        tickets = range(1, WORKERS + 1)
        told = pool.map(lambda ticket: ask_until_refused(ticket, archive, purse, model), tickets)
        assert set(told) == {"402 OverBudget"}
        events = [entry.event for entry in archive.entries()]
    reserved = {(e.ticket, e.n): e.micro_usd for e in events if isinstance(e, Reserved)}
    paid = {(e.ticket, e.n): e.usage for e in events if isinstance(e, Called)}
    assert reserved.keys() == paid.keys()
    assert all(0 < paid[call].micro_usd <= most for call, most in reserved.items())
    spent = sum(paid.values(), Usage())
    assert spent == purse.ledger.spent == Ledger(events).spent
    assert purse.used_up
    most = PRICE.most(ChatRequest.model_validate_json(BODY), MAX_TOKENS)
    if cap.micro_usd:
        assert cap.micro_usd <= spent.micro_usd < cap.micro_usd + most.micro_usd
    if cap.tokens:
        assert cap.tokens <= spent.tokens < cap.tokens + 40 + MAX_TOKENS
    if cap.calls:
        assert spent.calls == cap.calls
    assert spent.tokens_cached == 10 * spent.calls


def test_replies_that_are_lost_are_charged_and_hold_nobody_up(tmp_path: Path) -> None:
    """What a lost call may have cost is kept from others until its attempt ends and charges it."""
    cap = Cap(micro_usd=100_000)
    model, purse = Dear(lost=5), Purse(Ledger(), cap)
    with opened(tmp_path / "run") as archive, ThreadPoolExecutor(WORKERS) as pool:

        def work(ticket: int) -> str:
            refusal = ask_until_refused(ticket, archive, purse, model)
            end = Failed(ticket, "ours", "", estimated=purse.lost(ticket))
            archive.record(end)
            purse.take(end)
            return refusal

        told = Counter(pool.map(work, range(1, WORKERS + 1)))
        events = [entry.event for entry in archive.entries()]
    assert told.keys() <= {"402 OverBudget", "503 ModelError"}
    lost = [event for event in events if isinstance(event, Failed) and event.estimated]
    assert len(lost) == told["503 ModelError"] > 0
    ledger = Ledger(events)
    assert ledger.spent == purse.ledger.spent
    assert ledger.estimated_micro_usd == sum(event.estimated for event in lost)
    assert not ledger.unsettled


def test_a_call_waits_for_room_and_is_refused_when_there_will_be_none() -> None:
    purse, most = Purse(Ledger(), Cap(micro_usd=100)), Usage(1, 10, 10, 90)
    purse.enter((1, 1, 1), most)
    purse.enter((2, 1, 1), most)
    with ThreadPoolExecutor(2) as pool:
        third = pool.submit(purse.enter, (3, 1, 1), most)
        # It was cheaper than it might have been, so there is room for another.
        purse.take(Called(2, 1, 1, "solve", "m", "0", "0", Usage(1, 10, 1, 5)))
        third.result(timeout=60)
        fourth = pool.submit(purse.enter, (4, 1, 1), most)
        purse.leave((1, 1, 1), billed=True)
        purse.leave((3, 1, 1), billed=True)
        with pytest.raises(OverBudget, match="used up"):
            fourth.result(timeout=60)
    assert purse.used_up is None
    assert purse.lost(1) == 90
    purse.take(Retried(1, 1, "ours", "lost", 0))
    purse.enter((1, 2, 1), most)


def test_a_refused_call_sets_nothing_aside() -> None:
    purse, most = Purse(Ledger(), Cap(micro_usd=100)), Usage(1, 10, 10, 100)
    for _ in range(3):
        purse.enter((1, 1, 1), most)
        purse.leave((1, 1, 1), billed=False)
    assert purse.lost(1) == 0


def test_what_a_dead_controller_had_in_flight_is_held_until_it_is_charged() -> None:
    events = [Asked(1, "evaluate", "search", 0, {}), Reserved(1, 1, 1, 60), Reserved(1, 1, 2, 60)]
    purse = Purse(Ledger(events), Cap(micro_usd=100))
    assert purse.lost(1) == 120
    with pytest.raises(OverBudget):
        purse.enter((2, 1, 1), Usage(1))
    purse.take(Retried(1, 1, "ours", "killed", 120))
    assert purse.used_up == "usd"
    assert purse.ledger.estimated(1) == 120


def test_jobs_leave_room_for_what_open_ones_may_spend() -> None:
    purse = Purse(Ledger([Asked(1, "evaluate", "search", 70, {})]), Cap(micro_usd=100))
    assert purse.has_room_for_a_job()
    purse.take(Called(1, 1, 1, "solve", "m", "0", "0", Usage(1, 1, 1, 30)))
    assert purse.has_room_for_a_job()
    purse.take(Asked(2, "evaluate", "search", 70, {}))
    assert not purse.has_room_for_a_job()
    purse.take(Failed(1, "ours", ""))
    assert not purse.has_room_for_a_job()
    purse.take(Failed(2, "ours", ""))
    assert purse.has_room_for_a_job()
