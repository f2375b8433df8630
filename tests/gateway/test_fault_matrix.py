"""Each fault of a provider, at each place of a conversation: what the agent is told, and what is paid.

The outcomes are those that docs/models.md tells. A conversation of three calls goes over the gateway's
socket, through the real line, books and provider, to a stand-in that counts what it would ask for.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from archive.events import Asked, Called, Reserved, Retried, Started
from archive.memory import MemoryArchive
from dgm.account import Account
from dgm.cap import Cap
from dgm.gateway import Gateway, Line
from dgm.ledger import Ledger
from dgm.models.base import ChatReply, ChatRequest, FunctionCall, Message, ModelError, Role, ToolCall
from dgm.models.cassette import Recording, read_records
from dgm.prices import Price
from dgm.purse import Purse
from tests.gateway.gateway_clients import PLENTY, asked
from tests.standins import Fault, Kind, standin
from tests.standins.clients import LITTLE, client

PRICE = Price(input=1.0, output=10.0)
PATIENCE = replace(LITTLE, tries=2, stall_seconds=2.0)
LAST = 3
pytestmark = pytest.mark.slow
TOOL = {"function": {"name": "bash", "parameters": {"properties": {"command": {}}}}}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a call that meets a fault at every try.

    `passing`: met at one try alone it is answered at the next. `billed` tries may have to be paid for.
    """

    end: Literal["answered", "refused", "length", "empty", "rejected", "trouble", "fatal"]
    billed: int = 0
    passing: bool = False


FAULTS: dict[Fault, Outcome] = {
    **dict.fromkeys(("rate limit", "408", "409", "500", "529"), Outcome("trouble", passing=True)),
    "rate limit, by date": Outcome("trouble"),
    **dict.fromkeys(
        (
            "cut before",
            "cut within",
            "stall",
            "malformed",
            "malformed, whole",
            "wrong type",
            "ends early",
            "error within",
        ),
        Outcome("trouble", billed=PATIENCE.tries, passing=True),
    ),
    **dict.fromkeys(("drip", "huge", "huge error"), Outcome("trouble", billed=1)),
    **dict.fromkeys(("401", "402", "403", "404", "redirect"), Outcome("fatal")),
    **dict.fromkeys(("400", "overflow", "key echoed"), Outcome("rejected")),
    **dict.fromkeys(("unstreamed", "no usage"), Outcome("answered")),
    "refusal": Outcome("refused"),
    "length": Outcome("length"),
    "empty": Outcome("empty"),
}
# Each waits for what does not come; the last one is told to wait for longer.
OWN_PATIENCE = {
    "stall": replace(PATIENCE, stall_seconds=1.0),
    "drip": replace(PATIENCE, total_seconds=0.5),
    "rate limit, by date": replace(PATIENCE, total_seconds=0.5),
}


class Provider:
    """The model behind a stand-in; `asks_for` is what it would have paid, in micro-dollars."""

    def __init__(self) -> None:
        self.asks_for = 0

    def __call__(self, request: ChatRequest) -> ChatReply:
        call = ToolCall(
            id=f"call_{len(request.messages)}",
            function=FunctionCall(name="bash", arguments='{"command": "ls"}'),
        )
        words = Message(role="assistant", content="Let me look.", tool_calls=(call,))
        tokens = 40 + len(request.messages)
        reply = ChatReply(
            message=words, finish_reason="tool_calls", tokens_in=tokens, tokens_out=9, model="m"
        )
        self.asks_for += PRICE.cost(reply)
        return reply


@dataclass(frozen=True, slots=True)
class Told:
    """What a conversation came to."""

    statuses: list[int]
    trouble: Exception | None
    called: list[Called]
    reserved: dict[int, int]
    """Micro-dollars by call."""
    ledger: Ledger


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with Gateway() as opened:
        yield opened


def conversation(gateway: Gateway, role: Role, kind: Kind, url: str, fault: Fault) -> Told:
    """An agent's three calls, on the books of one attempt that then ends as the controller ends it."""
    archive, purse = MemoryArchive(), Purse(Ledger(), Cap(micro_usd=10**9))
    archive.record(Started("r", 0, 0, archive.put(b"seed = 0"), "s", "d", {}))
    archive.record(Asked(1, "evaluate", "search", 0, {}))
    model = client(kind, url, OWN_PATIENCE.get(fault, PATIENCE), role)
    with tempfile.TemporaryDirectory() as folder, Recording(Path(folder), 1, 1) as recording:
        books = Account(1, 1, archive, recording, purse, lambda _: None)
        with gateway.line(models={role: model}, allowance=PLENTY, seed=3, books=books, price=PRICE) as line:
            statuses = list(agent(line, role))
            trouble = line.trouble
        end = Retried(1, 1, "ours", "", purse.lost(1))
        archive.record(end)
        purse.take(end)
        events = [entry.event for entry in archive.entries()]
        called = [event for event in events if isinstance(event, Called)]
        # Whatever is settled is on the cassette.
        read_records(Path(folder), 1, 1, {call.n: call.reply for call in called})
    reserved = [event for event in events if isinstance(event, Reserved)]
    assert [event.n for event in reserved] == list(range(1, len(reserved) + 1))
    ledger = Ledger(events)
    assert (ledger.spent, ledger.unsettled) == (purse.ledger.spent, {})
    return Told(statuses, trouble, called, {event.n: event.micro_usd for event in reserved}, ledger)


def agent(line: Line, role: Role) -> Iterator[int]:
    """Says what it got and goes on, until it is refused for good."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "go"}]
    for _ in range(LAST):
        status, body = asked(line, {"model": role, "messages": messages, "tools": [TOOL], "max_tokens": 50})
        yield status
        if status == 200:
            message = body["choices"][0]["message"]
            messages.append(message)
            for call in message.get("tool_calls", ()):
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": "a.py"})
        elif status != 400:
            return
        messages.append({"role": "user", "content": "go on"})


def test_every_fault_has_an_outcome() -> None:
    assert FAULTS.keys() == set(get_args(Fault))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_fault_that_lasts(gateway: Gateway, kind: Kind, role: Role, fault: Fault) -> None:
    outcome = FAULTS[fault]
    for place in range(1, LAST + 1):
        provider = Provider()
        lasting = dict.fromkeys(range(place, place + PATIENCE.tries), fault)
        if not outcome.end.startswith(("trouble", "fatal")):
            lasting = {place: fault}
        with standin(kind, provider, lasting) as server:
            told = conversation(gateway, role, kind, server.url, fault)
        hold_to(outcome, place, told)
        # Without numbers of the server, ours are estimates.
        assert provider.asks_for <= told.ledger.spent.micro_usd or fault == "no usage"


@pytest.mark.parametrize("fault", [fault for fault, outcome in FAULTS.items() if outcome.passing])
@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_fault_that_passes(gateway: Gateway, kind: Kind, role: Role, fault: Fault) -> None:
    billed = min(1, FAULTS[fault].billed)
    for place in range(1, LAST + 1):
        provider = Provider()
        with standin(kind, provider, {place: fault}) as server:
            told = conversation(gateway, role, kind, server.url, fault)
            assert len(server.requests) == LAST + 1
        assert told.statuses == [200] * LAST
        assert [(call.n, call.status) for call in told.called] == [(n, "answered") for n in (1, 2, 3)]
        # The try that broke is charged once, and told from what the replies cost.
        estimates = [call.estimated for call in told.called]
        assert estimates == [told.reserved[n] * billed * (n == place) for n in (1, 2, 3)]
        paid = sum(call.usage.micro_usd for call in told.called)
        assert told.ledger.spent.micro_usd == paid + sum(estimates)
        assert paid <= provider.asks_for <= told.ledger.spent.micro_usd
        if not billed:
            assert paid == provider.asks_for


def hold_to(outcome: Outcome, place: int, told: Told) -> None:
    """What the agent was told, what the run comes to, and what is paid."""
    paid = sum(call.usage.micro_usd for call in told.called)
    assert told.ledger.spent.micro_usd == paid + told.ledger.estimated_micro_usd
    numbers = [call.n for call in told.called]
    if outcome.end in {"trouble", "fatal"}:
        assert told.statuses == [*[200] * (place - 1), 503]
        assert numbers == list(range(1, place))
        assert isinstance(told.trouble, ModelError)
        assert (told.trouble.owner, told.trouble.fatal) == ("ours", outcome.end == "fatal")
        assert told.ledger.estimated_micro_usd == outcome.billed * told.reserved[place]
        return
    assert told.trouble is None
    assert told.statuses == [400 if outcome.end == "rejected" and n == place else 200 for n in (1, 2, 3)]
    assert numbers == [1, 2, 3]
    statuses = [call.status for call in told.called]
    assert statuses == [outcome.end if n == place else "answered" for n in (1, 2, 3)]
    assert told.ledger.estimated_micro_usd == 0
    assert (told.called[place - 1].usage.micro_usd == 0) == (outcome.end == "rejected")
