"""Servers that nearly speak as OpenAI does: calls without numbers or ids, thoughts beside the text."""

from typing import Any

import pytest

from dgm.keys import Key
from dgm.models.base import ChatRequest, Message
from dgm.models.openai_chat import OpenAIChat
from dgm.models.openai_reply import Answer, Chunk
from dgm.models.provider import Again, Caller, Patience
from tests.standins import standin
from tests.standins.server import Rejected

ASK = ChatRequest(model="solve", messages=(Message(role="user", content="go"),), seed=1)


def call(arguments: str, name: str | None = None, **more: Any) -> dict[str, Any]:
    return {"function": {"name": name, "arguments": arguments}, **more}


def put_together(*parts: dict[str, Any], finish: str | None = "stop") -> Any:
    answer = Answer(ASK, "m")
    for part in parts:
        answer.take(Chunk.model_validate({"choices": [{"delta": part}]}))
    answer.take(Chunk.model_validate({"choices": [{"delta": {}, "finish_reason": finish}]}))
    return answer.reply()


@pytest.mark.parametrize(
    "calls",
    [
        [call("{}", "a", index=0, id="x"), call("[1]", "b", index=1, id="y")],
        [call("{}", "a", index=0, id="x"), call("[1]", "b", index=0, id="y")],
        [call("{}", "a", id="x"), call("[1]", "b", id="y")],
        [call("{", "a", id="x"), call("}", id="x"), call("[1]", "b", id="y")],
        [call("{", "a", index=1, id="x"), call("}", index=1), call("[1]", "b", index=2, id="y")],
        [call("{", "a"), call("}"), call("[1]", "b")],
    ],
)
def test_two_calls_are_two_however_they_are_told(calls: list[dict[str, Any]]) -> None:
    for reply in (put_together({"tool_calls": calls}), put_together(*({"tool_calls": [c]} for c in calls))):
        functions = [each.function for each in reply.message.tool_calls]
        assert [(each.name, each.arguments) for each in functions] == [("a", "{}"), ("b", "[1]")]
        assert len({each.id for each in reply.message.tool_calls}) == 2
        assert reply.finish_reason == "tool_calls"


def test_a_stream_without_an_end_is_no_reply() -> None:
    with pytest.raises(Again, match="ended before"):
        put_together({"content": "half"}, finish=None)


def test_thoughts_go_back_where_they_came_from() -> None:
    reply = put_together({"reasoning_content": "let me "}, {"reasoning_content": "see"}, {"content": "five"})
    assert reply.message.content == "five"
    assert reply.state == ({"reasoning_content": "let me see"},)
    heard: list[dict[str, Any]] = []

    def refuse(_: ChatRequest) -> Any:
        heard.extend(server.requests[-1]["messages"])
        raise Rejected(400, "x", "enough")

    with standin("openai", refuse) as server:
        caller = Caller("m", Key("K", "sk-0123456789"), Patience())
        model = OpenAIChat(caller, "solve", server.url)
        turn = reply.message.model_copy(update={"state": reply.state})
        with pytest.raises(Exception, match="enough"):
            model.complete(ASK.model_copy(update={"messages": (*ASK.messages, turn)}))
    assert heard[1] == {"role": "assistant", "content": "five", "reasoning_content": "let me see"}
