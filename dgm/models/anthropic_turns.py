"""A conversation as Anthropic's Messages want it told."""

import json
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

from dgm.models.base import ChatRequest, Message, ToolCall

Block = dict[str, Any]
THOUGHTS = frozenset({"thinking", "redacted_thinking"})
_SYSTEM = frozenset({"system", "developer"})
_CACHED = {"cache_control": {"type": "ephemeral"}}


def told(request: ChatRequest) -> dict[str, Any]:
    """System prompt, tools and turns of `request`; what later calls repeat is marked for the cache."""
    opening = list(takewhile(lambda message: message.role in _SYSTEM, request.messages))
    system = [_text(message) for message in opening if _says(message)]
    tools = [
        {
            "name": tool.function.name,
            "description": tool.function.description,
            "input_schema": {"type": "object", **tool.function.parameters},
        }
        for tool in request.tools
    ]
    turns = _turns(request.messages[len(opening) :])
    # A mark covers all before it, and tools come before the system prompt.
    for blocks in (system or tools, turns[-1]["content"] if turns else []):
        if blocks and blocks[-1].get("type") not in THOUGHTS:
            blocks[-1] = blocks[-1] | _CACHED
    body: dict[str, Any] = {"messages": turns}
    if request.seed is not None:
        # No seed is taken here; what an assignment's calls have in common is.
        body["metadata"] = {"user_id": f"dgm-{request.seed}"}
    if system:
        body["system"] = system
    if tools:
        body["tools"] = tools
    return body


def _turns(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Turns of user and assistant, one after the other: neighbours of one role are one turn."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        role = "assistant" if message.role == "assistant" else "user"
        blocks = list(_blocks(message))
        if blocks and turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        elif blocks:
            turns.append({"role": role, "content": blocks})
    for turn in turns:
        # Results come first in their turn.
        turn["content"].sort(key=lambda block: turn["role"] == "user" and block["type"] != "tool_result")
    return turns


def _blocks(message: Message) -> Iterator[Block]:
    match message.role:
        case "tool":
            result = {"type": "tool_result", "tool_use_id": message.tool_call_id or ""}
            yield result | ({"content": message.content} if message.content else {})
        case "assistant":
            yield from _taken(message)
        case _ if _says(message):
            yield _text(message)


def _taken(message: Message) -> Iterator[Block]:
    """A turn of the model's: just as it took it, if the agent left its words alone."""
    said = [_text(message)] if _says(message) else []
    said += [_use(call) for call in message.tool_calls or ()]
    state = [block for block in message.state or () if block["type"] != "text" or block["text"].strip()]
    if _words([block for block in state if block["type"] not in THOUGHTS]) == _words(said):
        yield from state
    else:
        yield from (block for block in state if block["type"] in THOUGHTS)
        yield from said


def _words(blocks: Sequence[Block]) -> tuple[str, list[Block]]:
    text = "".join(block["text"] for block in blocks if block["type"] == "text")
    return text.strip(), [block for block in blocks if block["type"] != "text"]


def _says(message: Message) -> bool:
    # The API refuses blank texts.
    return bool((message.content or "").strip())


def _text(message: Message) -> Block:
    return {"type": "text", "text": message.content or ""}


def _use(call: ToolCall) -> Block:
    function = call.function
    return {"type": "tool_use", "id": call.id, "name": function.name, "input": read(function.arguments)}


def read(arguments: str) -> dict[str, Any]:
    """Arguments as an object; those a model broke off are kept in one as they are."""
    try:
        value = json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"unreadable": arguments}
