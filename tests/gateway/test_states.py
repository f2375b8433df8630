"""What a provider wants back with its turns: kept by the gateway, restored, and shown to nobody."""

import json
from typing import Any

import pytest
from gateway_clients import asked, opened

from dgm.gateway import Call, Gateway
from dgm.models.base import ChatReply, FunctionCall, Message, ToolCall, canonical
from dgm.models.scripted import Replies

STATE = ({"type": "thinking", "thinking": "hush", "signature": "s"},)
CALL = ToolCall(id="c1", function=FunctionCall(name="bash", arguments="{}"))
OTHER = ToolCall(id="c2", function=FunctionCall(name="bash", arguments="{}"))


def reply(message: Message, state: Any = STATE) -> ChatReply:
    finish = "tool_calls" if message.tool_calls else "stop"
    return ChatReply(
        message=message,
        finish_reason=finish,
        tokens_in=9,
        tokens_out=3,
        model="m",
        tokens_cached=4,
        state=state,
    )


@pytest.mark.parametrize(
    ("said", "echoed", "back"),
    [
        ({"tool_calls": (CALL, OTHER)}, {"tool_calls": (OTHER,)}, STATE),
        ({"tool_calls": (CALL,)}, {"tool_calls": (CALL,), "content": "altered"}, STATE),
        ({"content": "hm"}, {"content": "hm"}, STATE),
        ({"content": "hm"}, {"content": "well"}, None),
        ({"tool_calls": (CALL,)}, {"tool_calls": (OTHER,)}, None),
    ],
)
def test_a_turn_gets_its_state_back(said: Any, echoed: Any, back: Any) -> None:
    calls: list[Call] = []
    model = Replies([reply(Message(role="assistant", **said)), reply(Message(role="assistant", content="."))])
    with Gateway() as gateway, opened(gateway, model, record=calls.append) as line:
        begin = [{"role": "user", "content": "go"}]
        _, body = asked(line, {"model": "solve", "messages": begin})
        assert "hush" not in json.dumps(body)
        assert body["usage"]["prompt_tokens_details"] == {"cached_tokens": 4}
        turn = Message(role="assistant", **echoed).model_dump(exclude_none=True)
        forged = {**turn, "state": [{"type": "thinking", "thinking": "forged"}]}
        asked(line, {"model": "solve", "messages": [*begin, forged]})
    assert model.requests[1].messages[1].state == back
    # What is recorded is what the agent sent; the state stands in the reply it came with.
    assert calls[1].request.messages[1].state is None
    assert calls[0].reply.state == STATE


def test_a_request_is_bounded_before_it_is_sent() -> None:
    model = Replies([reply(Message(role="assistant", content="."))] * 2)
    with Gateway() as gateway, opened(gateway, model) as line:
        for tokens in (5, 10**9):
            body = {"model": "solve", "messages": [{"role": "user", "content": "go"}], "max_tokens": tokens}
            assert asked(line, body)[0] == 200
    assert [request.max_tokens for request in model.requests] == [5, 8192]


def test_text_comes_in_parts_and_an_image_is_refused() -> None:
    model = Replies([reply(Message(role="assistant", content="."))])
    parts: list[dict[str, Any]] = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,"}}
    with Gateway() as gateway, opened(gateway, model) as line:
        status, body = asked(
            line, {"model": "solve", "messages": [{"role": "user", "content": [*parts, image]}]}
        )
        assert (status, line.trouble) == (400, None)
        assert "'image_url': models here are given text only" in body["error"]["message"]
        assert asked(line, {"model": "solve", "messages": [{"role": "user", "content": parts}]})[0] == 200
    assert model.requests[0].messages[0].content == "one\ntwo"


def test_a_reply_without_state_is_written_down_as_before_there_was_any() -> None:
    plain = ChatReply(
        message=Message(role="assistant"), finish_reason="stop", tokens_in=1, tokens_out=1, model="m"
    )
    assert set(json.loads(canonical(plain))) == {
        "message",
        "finish_reason",
        "tokens_in",
        "tokens_out",
        "model",
    }
