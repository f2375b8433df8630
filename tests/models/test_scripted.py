import threading

import pytest

from dgm.models.base import ChatReply, ChatRequest, Function, Message, Model, ModelError, Tool
from dgm.models.scripted import Replies, Say, Scripted, Shell, Write

BASH = Tool(function=Function(name="bash", parameters={"properties": {"command": {"type": "string"}}}))
BEGIN = ChatRequest(model="solve", messages=(Message(role="user", content="go"),), tools=(BASH,))


def reply(text: str) -> ChatReply:
    message = Message(role="assistant", content=text)
    return ChatReply(message=message, finish_reason="stop", tokens_in=1, tokens_out=1, model="m")


def spoken(model: Model, request: ChatRequest, turns: int) -> list[Message]:
    said = []
    for _ in range(turns):
        said.append(model.complete(request).message)
        results = [Message(role="tool", tool_call_id=c.id, content="ok") for c in said[-1].tool_calls or ()]
        request = request.model_copy(update={"messages": (*request.messages, said[-1], *results)})
    return said


def test_a_script_is_said_line_by_line_to_everyone_anew() -> None:
    model = Scripted([Shell("ls"), Write("f", "x\n"), Say("done")])
    for _ in range(2):
        first, second, third, fourth = spoken(model, BEGIN, 4)
        assert (first.tool_calls or ())[0].function.arguments == '{"command": "ls"}'
        assert "cat > f" in (second.tool_calls or ())[0].function.arguments
        assert third.content == fourth.content == "done"


def test_a_missing_hand_is_told() -> None:
    (said,) = spoken(Scripted([Shell("ls")]), BEGIN.model_copy(update={"tools": ()}), 1)
    assert said.content == "I was given no hand for Shell(command='ls')."


def test_replies_come_in_order_and_errors_at_their_call() -> None:
    model = Replies([reply("one"), reply("two")], {2: ModelError("busy", owner="ours")})
    assert model.complete(BEGIN).message.content == "one"
    with pytest.raises(ModelError, match="busy"):
        model.complete(BEGIN)
    assert model.complete(BEGIN).message.content == "two"
    with pytest.raises(ModelError, match="no reply is left") as end:
        model.complete(BEGIN)
    assert end.value.owner == "ours"
    assert model.requests == [BEGIN] * 4


def test_every_reply_is_given_once_to_many_threads() -> None:
    model = Replies([reply(str(n)) for n in range(200)])
    got: list[str | None] = []

    def take() -> None:
        for _ in range(25):
            got.append(model.complete(BEGIN).message.content)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, filter(None, got))) == list(range(200))
