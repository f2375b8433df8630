"""Providers over real HTTP: every fault ends as documented, and a conversation survives the wire."""

import json
import time
from dataclasses import replace
from typing import get_args

import pytest

from dgm.models.base import (
    ChatReply,
    ChatRequest,
    Function,
    FunctionCall,
    Message,
    ModelError,
    Tool,
    ToolCall,
)
from dgm.models.scripted import Replies
from tests.standins import Fault, Kind, standin
from tests.standins.clients import KEY, LITTLE, client

KINDS = get_args(Kind)
BASH = Tool(function=Function(name="bash", description="run", parameters={"properties": {"c": {}}}))
ASK = ChatRequest(
    model="solve", messages=(Message(role="user", content="go"),), tools=(BASH,), max_tokens=64, seed=7
)
CALLS = tuple(
    ToolCall(id=f"call_{n}", function=FunctionCall(name="bash", arguments=json.dumps({"c": f"echo {n} é"})))
    for n in range(2)
)
SAID = Message(role="assistant", content="Both at once.", tool_calls=CALLS)
REPLY = ChatReply(message=SAID, finish_reason="tool_calls", tokens_in=90, tokens_out=30, model="m")

pytestmark = pytest.mark.parametrize("kind", KINDS)


def says(_: ChatRequest) -> ChatReply:
    return REPLY


def same(reply: ChatReply) -> bool:
    return (reply.message, reply.finish_reason) == (SAID, "tool_calls")


@pytest.mark.parametrize(
    "fault",
    [
        "rate limit",
        "408",
        "409",
        "500",
        "529",
        "cut before",
        "cut within",
        "stall",
        "malformed",
        "malformed, whole",
        "wrong type",
        "ends early",
        "error within",
    ],
)
def test_what_passes_is_tried_again_and_then_ours(kind: Kind, fault: Fault) -> None:
    with standin(kind, says, {1: fault}) as server:
        reply = client(kind, server.url).complete(ASK)
        assert same(reply)
        assert len(server.requests) == 2
        server.faults[0] = fault
        with pytest.raises(ModelError, match="tries: 3") as failed:
            client(kind, server.url).complete(ASK)
        assert (failed.value.owner, failed.value.fatal) == ("ours", False)
        # A server that says that it did nothing asks no money for it.
        refused = fault in {"rate limit", "408", "409", "500", "529"}
        assert (reply.broken, failed.value.billed) == ((0, 0) if refused else (1, LITTLE.tries))
        assert len(server.requests) == 2 + LITTLE.tries


@pytest.mark.parametrize(
    ("fault", "owner", "fatal", "words"),
    [
        ("400", "agent", False, "HTTP 400: failed with 400"),
        ("overflow", "agent", False, "maximum"),
        ("key echoed", "agent", False, "you sent <[A-Z]+_API_KEY> with this"),
        ("401", "ours", True, "mend: set [A-Z]+_API_KEY"),
        ("402", "ours", True, "mend: add credit"),
        ("403", "ours", True, "mend: set"),
        ("404", "ours", True, "mend: check the model's name"),
        ("redirect", "ours", True, "mend: check the model's address"),
        ("huge", "ours", False, "more than 262144 bytes"),
        ("huge error", "ours", False, "more than 262144 bytes"),
    ],
)
def test_what_does_not_pass_fails_at_once(
    kind: Kind, fault: Fault, owner: str, words: str, *, fatal: bool
) -> None:
    with standin(kind, says, {0: fault}) as server:
        with pytest.raises(ModelError, match=words) as failed:
            client(kind, server.url).complete(ASK)
        assert (failed.value.owner, failed.value.fatal) == (owner, fatal)
        assert KEY not in repr(failed.value)
        assert len(server.requests) == 1


def test_a_server_that_is_not_there_asks_no_money(kind: Kind) -> None:
    with standin(kind, says) as server:
        url = server.url
    with pytest.raises(ModelError, match="the connection broke: ConnectError \\(tries: 3\\)") as failed:
        client(kind, url).complete(ASK)
    assert (failed.value.owner, failed.value.fatal, failed.value.billed) == ("ours", False, 0)


def test_a_slow_drip_ends_at_the_deadline(kind: Kind) -> None:
    with standin(kind, says, {0: "drip"}) as server:
        begun = time.monotonic()
        with pytest.raises(ModelError, match="too slowly"):
            client(kind, server.url, replace(LITTLE, total_seconds=0.5)).complete(ASK)
        assert time.monotonic() - begun < 2.0


@pytest.mark.parametrize("fault", ["rate limit", "rate limit, by date"])
def test_a_server_says_when_to_come_again(kind: Kind, fault: Fault) -> None:
    with standin(kind, says, {1: fault}, retry_after="0.5") as server:
        begun = time.monotonic()
        assert same(client(kind, server.url).complete(ASK))
        assert 0.4 < time.monotonic() - begun < 4.0


def test_nobody_waits_longer_than_the_deadline(kind: Kind) -> None:
    never = standin(kind, says, {0: "rate limit"}, retry_after="3600")
    with never as server, pytest.raises(ModelError, match="HTTP 429: slow down \\(tries: 1\\)"):
        client(kind, server.url).complete(ASK)


@pytest.mark.parametrize(
    ("fault", "status"), [("refusal", "refused"), ("length", "length"), ("empty", "empty")]
)
def test_no_answer_is_told_from_a_wrong_one(kind: Kind, fault: Fault, status: str) -> None:
    with standin(kind, says, {1: fault}) as server:
        reply = client(kind, server.url).complete(ASK)
    assert reply.status == status
    assert bool(reply.message.content) == (status != "empty")


@pytest.mark.parametrize("fault", ["unstreamed", "no usage"])
def test_servers_have_ways_of_their_own(kind: Kind, fault: Fault) -> None:
    with standin(kind, says, {1: fault}) as server:
        reply = client(kind, server.url).complete(ASK)
    assert same(reply)
    assert reply.tokens_in > 0
    assert reply.tokens_out > 0


def test_tokens_of_the_cache_are_counted(kind: Kind) -> None:
    with standin(kind, says) as server:
        model = client(kind, server.url)
        first = model.complete(ASK)
        again = model.complete(ASK)
        assert (first.tokens_in, first.tokens_out, first.tokens_cached) == (90, 30, 0)
        assert (again.tokens_in, again.tokens_cached) == (90, 90)
        assert first.model == "solve-2026-01-01"
        marked = json.dumps(server.requests[0]).count("cache_control")
    assert marked == (2 if kind == "anthropic" else 0)


def test_what_cannot_be_sent_is_the_agents(kind: Kind) -> None:
    with standin(kind, says) as server:
        broken = ASK.model_copy(update={"messages": (Message(role="user", content="\ud800"),)})
        with pytest.raises(ModelError, match="no valid Unicode") as failed:
            client(kind, server.url).complete(broken)
        assert failed.value.owner == "agent"
        orphan = Message(role="tool", tool_call_id="call_9", content="?")
        with pytest.raises(ModelError, match="HTTP 400") as failed:
            client(kind, server.url).complete(
                ASK.model_copy(update={"messages": (*ASK.messages, SAID, orphan)})
            )
        assert failed.value.owner == "agent"


def test_a_wrong_key_is_told_without_it(kind: Kind) -> None:
    with standin(kind, says, key="another") as server:
        with pytest.raises(ModelError, match="the key is refused") as failed:
            client(kind, server.url).complete(ASK)
        assert failed.value.fatal
        assert KEY[:8] not in str(failed.value)


def test_a_conversation_comes_through_as_it_was(kind: Kind) -> None:
    heard = Replies([REPLY, REPLY.model_copy(update={"message": Message(role="assistant", content="done")})])
    opening = (
        Message(role="system", content="be brief"),
        Message(role="developer", content="be kind"),
        Message(role="user", content="first"),
        Message(role="user", content="second"),
    )
    with standin(kind, heard.complete) as server:
        model = client(kind, server.url)
        first = model.complete(ASK.model_copy(update={"messages": opening}))
        assert bool(first.state) == (kind == "anthropic")
        results = tuple(
            Message(role="tool", tool_call_id=call.id, content=f"{call.id} ran") for call in CALLS
        )
        turn = first.message.model_copy(update={"state": first.state or None})
        model.complete(ASK.model_copy(update={"messages": (*opening, turn, *results)}))
    told = heard.requests[1]
    texts = [message.content for message in told.messages]
    opened = ["be brief", "be kind", "first", "second"]
    assert texts == [*opened, "Both at once.", "call_0 ran", "call_1 ran"]
    assert [message.tool_calls for message in told.messages if message.role == "assistant"] == [CALLS]
    assert told.tools == (BASH.model_copy(update={"function": told.tools[0].function}),)
    assert told.seed == 7
