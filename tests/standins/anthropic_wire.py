"""Messages as Anthropic's API speaks it, and its rules."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from dgm.models.base import ChatReply, ChatRequest
from tests.standins.server import Rejected, parsed, pieces, role_of, tokens_cached

_DELTAS = (
    ("text", "text_delta", "text"),
    ("thinking", "thinking_delta", "thinking"),
    ("json", "input_json_delta", "partial_json"),
)


class AnthropicWire:
    """Requests and replies of `POST /v1/messages`. Its model thinks before every turn."""

    path, prefix = "/v1/messages", ""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._thoughts: dict[str, set[str]] = {}
        """Signatures of the thoughts that came with a tool use, by its id."""

    def key(self, headers: Mapping[str, str]) -> str:
        return headers.get("X-Api-Key") or headers.get("Authorization", "").removeprefix("Bearer ")

    def request(self, body: dict[str, Any]) -> ChatRequest:
        if not isinstance(body.get("max_tokens"), int):
            _reject("max_tokens: Field required")
        for name in body.keys() & {"seed", "stream_options", "prompt_cache_key", "max_completion_tokens"}:
            _reject(f"{name}: Extra inputs are not permitted")
        marks = json.dumps(body).count('"cache_control"')
        if marks > 4:
            _reject(f"A maximum of 4 blocks with cache_control may be provided. Found {marks}.")
        self._hold_to_rules(body["messages"])
        seed = body.get("metadata", {}).get("user_id", "dgm-0").removeprefix("dgm-")
        wire = {"model": role_of(body["model"]), "seed": int(seed), "max_tokens": body["max_tokens"]}
        tools = [{"function": {**tool, "parameters": tool["input_schema"]}} for tool in body.get("tools", ())]
        return parsed({**wire, "messages": list(_messages(body)), "tools": tools})

    def whole(self, body: dict[str, Any], reply: ChatReply, *, usage: bool) -> dict[str, Any]:
        blocks = []
        for block in self._blocks(reply):
            told = {name: value for name, value in block.items() if name != "json"}
            blocks.append(told | ({"input": json.loads(block["json"])} if "json" in block else {}))
        whole = _begun(body) | {"content": blocks, "stop_reason": _stop(reply)}
        return whole | {"usage": self._usage(body, reply) if usage else {}}

    def events(self, body: dict[str, Any], reply: ChatReply, *, usage: bool) -> Iterator[bytes]:
        counted = self._usage(body, reply) if usage else {}
        begun = _begun(body) | {"usage": {**counted, "output_tokens": 1} if usage else {}}
        yield _sse("message_start", message=begun)
        yield _sse("ping")
        for index, block in enumerate(self._blocks(reply)):
            empty = {word: "" for word in ("text", "thinking", "signature") if word in block}
            start = {**block, **empty} | ({"input": {}} if "json" in block else {})
            start.pop("json", None)
            yield _sse("content_block_start", index=index, content_block=start)
            for word, kind, name in _DELTAS:
                for piece in pieces(block.get(word, "")):
                    yield _sse("content_block_delta", index=index, delta={"type": kind, name: piece})
            if "signature" in block:
                delta = {"type": "signature_delta", "signature": block["signature"]}
                yield _sse("content_block_delta", index=index, delta=delta)
            yield _sse("content_block_stop", index=index)
        stop = {"stop_reason": _stop(reply), "stop_sequence": None}
        yield _sse("message_delta", delta=stop, usage={"output_tokens": reply.tokens_out} if usage else {})
        yield _sse("message_stop")

    def error(self, kind: str, message: str) -> dict[str, Any]:
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}

    def error_event(self, kind: str, message: str) -> bytes:
        return _sse("error", error={"type": kind, "message": message})

    def overflow(self) -> Rejected:
        return Rejected(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")

    def _blocks(self, reply: ChatReply) -> list[dict[str, Any]]:
        message = reply.message
        uses = [
            {"type": "tool_use", "id": call.id, "name": call.function.name, "json": call.function.arguments}
            for call in message.tool_calls or ()
        ]
        text = [{"type": "text", "text": message.content}] if message.content else []
        thinking = f"What now? {message.content or [use['json'] for use in uses]}"
        for use in uses:
            self._thoughts.setdefault(use["id"], set()).add(_signature(thinking))
        thought = {"type": "thinking", "thinking": thinking, "signature": _signature(thinking)}
        return [thought, *text, *uses] if text or uses else []

    def _usage(self, body: dict[str, Any], reply: ChatReply) -> dict[str, Any]:
        prefix = [{k: v for k, v in block.items() if k != "cache_control"} for block in _stable(body)]
        cached = tokens_cached(self._seen, prefix, reply.tokens_in)
        return {
            "input_tokens": 0,
            "cache_read_input_tokens": cached,
            "cache_creation_input_tokens": reply.tokens_in - cached,
            "output_tokens": reply.tokens_out,
            "service_tier": "standard",
        }

    def _hold_to_rules(self, messages: list[dict[str, Any]]) -> None:
        """Turns alternate, every tool use has its result next, and every thought is as it was."""
        wanted: list[str] = []
        for place, message in enumerate(messages):
            where = f"messages.{place}"
            if message["role"] != ("user", "assistant")[place % 2]:
                _reject(f"{where}: roles must alternate, beginning with user")
            blocks = message["content"]
            results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
            first = blocks[: len(results)]
            if sorted(results) != sorted(wanted) or any(block["type"] != "tool_result" for block in first):
                _reject(f"{where}: each `tool_use` must have its `tool_result` first in the next message")
            if any(block["type"] == "text" and not block["text"].strip() for block in blocks):
                _reject(f"{where}: text content blocks must contain non-whitespace text")
            wanted = [block["id"] for block in blocks if block["type"] == "tool_use"]
            self._hold_to_thoughts(where, blocks, wanted)

    def _hold_to_thoughts(self, where: str, blocks: list[dict[str, Any]], uses: list[str]) -> None:
        first = blocks[0]
        for use in uses:
            if first["type"] != "thinking" or first["signature"] not in self._thoughts.get(use, ()):
                _reject(f"{where}: the turn must start with the thinking block that it was taken with")
        for block in blocks:
            if block["type"] == "thinking" and block["signature"] != _signature(block["thinking"]):
                _reject(f"{where}: Invalid `signature` in `thinking` block")


def _messages(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for block in body.get("system", ()):
        yield {"role": "system", "content": block["text"]}
    for turn in body["messages"]:
        blocks = turn["content"]
        text = "".join(block["text"] for block in blocks if block["type"] == "text")
        if turn["role"] == "assistant":
            calls = [
                {"id": b["id"], "function": {"name": b["name"], "arguments": json.dumps(b["input"])}}
                for b in blocks
                if b["type"] == "tool_use"
            ]
            yield {"role": "assistant", "content": text or None, "tool_calls": calls or None}
            continue
        for block in blocks:
            if block["type"] == "tool_result":
                result = block.get("content", "")
                yield {"role": "tool", "tool_call_id": block["tool_use_id"], "content": result}
        for block in blocks:
            if block["type"] == "text":
                yield {"role": "user", "content": block["text"]}


def _stable(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from body.get("tools", ())
    yield from body.get("system", ())
    for turn in body["messages"]:
        yield from turn["content"]


def _begun(body: dict[str, Any]) -> dict[str, Any]:
    about = {"id": "msg_1", "type": "message", "role": "assistant", "model": f"{body['model']}-2026-01-01"}
    return about | {"content": [], "stop_reason": None, "stop_sequence": None}


def _stop(reply: ChatReply) -> str:
    stops = {"refused": "refusal", "length": "max_tokens"}
    return stops.get(reply.status, "tool_use" if reply.message.tool_calls else "end_turn")


def _signature(thinking: str) -> str:
    return hashlib.sha256(f"secret {thinking}".encode()).hexdigest()


def _sse(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def _reject(message: str) -> None:
    raise Rejected(400, "invalid_request_error", message)
