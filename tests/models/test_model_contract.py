"""What any model keeps to, whoever is behind it: the offline engine, a script, or a server far away."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dgm.gateway import Allowance, Gateway, Unbounded
from dgm.keys import Keys
from dgm.models.base import ChatRequest, Function, Message, Model, Tool, digest
from dgm.models.offline import Offline
from dgm.models.registry import MODELS, PROVIDERS, open_model
from dgm.models.scripted import Say, Scripted, Shell
from tests.models.scaffolds import shell
from tests.standins import standin

BASH = Tool(function=Function(name="bash", parameters={"properties": {"command": {"type": "string"}}}))
ISSUE = (
    "Wrong\n\n```python\nfrom m import add\nprint(add(2, 3))\n```\n\nI expected `5`, but it prints `-1`.\n"
)
SEED = 2**32 - 1
"""As large as an assignment's can be."""
BEGIN = ChatRequest(
    model="solve",
    messages=(Message(role="user", content=ISSUE),),
    tools=(BASH,),
    max_tokens=900,
    seed=SEED,
)


@pytest.fixture(params=[*MODELS, "scripted", *PROVIDERS])
def model(request: pytest.FixtureRequest) -> Iterator[Model]:
    if request.param == "scripted":
        yield Scripted([Shell("ls"), Say("done")])
    elif request.param in MODELS:
        yield open_model(request.param)
    else:
        with standin(request.param, Offline().complete) as server:
            yield open_model(f"{request.param}:solve@{server.url}", Keys(environment={}))


def answered(model: Model, request: ChatRequest) -> ChatRequest:
    """The conversation with the model's turn, and with results if it asked for some."""
    reply = model.complete(request)
    turn = reply.message.model_copy(update={"state": reply.state or None})
    results = [Message(role="tool", tool_call_id=call.id, content="m.py") for call in turn.tool_calls or ()]
    return request.model_copy(update={"messages": (*request.messages, turn, *results)})


def test_a_reply_is_whole(model: Model) -> None:
    reply = model.complete(BEGIN)
    calls = reply.message.tool_calls or ()
    assert reply.message.role == "assistant"
    assert (reply.finish_reason == "tool_calls") == bool(calls)
    assert len({call.id for call in calls}) == len(calls)
    assert all(isinstance(json.loads(call.function.arguments), dict) for call in calls)
    assert reply.tokens_cached + reply.tokens_written <= reply.tokens_in
    assert reply.tokens_in * reply.tokens_out > 0
    assert reply.status == "answered"
    assert reply.model
    assert model.name


def test_a_conversation_goes_on(model: Model) -> None:
    second = answered(model, BEGIN)
    assert second.messages[-1].role == "tool"
    assert model.complete(second).status == "answered"


def test_many_ask_at_once(model: Model) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(model.complete, [BEGIN] * 16))
    assert len({digest(reply.message) for reply in replies}) == 1


@pytest.mark.parametrize("kind", PROVIDERS)
def test_the_engine_behind_a_wire_says_the_very_same(kind: Any, tmp_path: Path) -> None:
    with standin(kind, Offline().complete) as server:
        far = open_model(f"{kind}:solve@{server.url}", Keys(environment={}))
        heard = talk(far, tmp_path / "far")
    assert heard == talk(Offline(), tmp_path / "near")
    assert len(heard) > 4
    assert (tmp_path / "far" / "m.py").read_text() == "def add(a, b):\n    return a + b\n"


def talk(model: Model, folder: Path) -> list[dict[str, Any]]:
    """Every reply of a conversation over a gateway's line, by an agent that keeps what it was told."""
    folder.mkdir()
    (folder / "m.py").write_text("def add(a, b):\n    return a - b\n")
    messages: list[dict[str, Any]] = [{"role": "system", "content": "."}, {"role": "user", "content": ISSUE}]
    heard = []
    with (
        Gateway() as gateway,
        gateway.line(
            models={"solve": model}, allowance=Allowance(60, 10**6), seed=SEED, books=Unbounded()
        ) as line,
    ):
        while True:
            body = {"model": "solve", "messages": messages, "tools": [BASH.model_dump()]}
            answer = line.answer(json.dumps(body).encode())
            assert answer.status == 200, answer.body
            heard.append(answer.body["choices"][0])
            message = heard[-1]["message"]
            messages.append(message)
            if not message.get("tool_calls"):
                return heard
            for call in message["tool_calls"]:
                command = json.loads(call["function"]["arguments"])["command"]
                shown = shell(folder, command).replace(str(folder), "FOLDER")
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": shown})
