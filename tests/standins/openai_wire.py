"""Chat Completions as OpenAI's API speaks it, and its rules."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dgm.models.base import ChatReply, ChatRequest
from tests.standins.server import Rejected, parsed, pieces, role_of, tokens_cached


class OpenAIWire:
    """Requests and replies of `POST /v1/chat/completions`."""

    path, prefix = "/chat/completions", "/v1"

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def key(self, headers: Mapping[str, str]) -> str:
        return headers.get("Authorization", "").removeprefix("Bearer ")

    def request(self, body: dict[str, Any]) -> ChatRequest:
        _hold_to_rules(body["messages"])
        return parsed({**body, "model": role_of(body["model"])})

    def whole(self, body: dict[str, Any], reply: ChatReply, *, usage: bool) -> dict[str, Any]:
        message = reply.message.model_dump(exclude={"state", "tool_call_id"})
        if reply.status == "refused":
            message |= {"content": None, "refusal": message["content"]}
        finish = "stop" if reply.status == "refused" else reply.finish_reason
        choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
        whole = {**_common(body, "chat.completion"), "choices": [choice]}
        return {**whole, "usage": self._usage(body, reply)} if usage else whole

    def events(self, body: dict[str, Any], reply: ChatReply, *, usage: bool) -> Iterator[bytes]:
        word = "refusal" if reply.status == "refused" else "content"
        yield self._event(body, {"role": "assistant", "content": "", "refusal": None})
        for piece in pieces(reply.message.content or ""):
            yield self._event(body, {word: piece})
        for index, call in enumerate(reply.message.tool_calls or ()):
            begun = {"name": call.function.name, "arguments": ""}
            yield self._event(
                body, {"tool_calls": [{"index": index, "id": call.id, "type": "function", "function": begun}]}
            )
            for piece in pieces(call.function.arguments):
                yield self._event(body, {"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        yield self._event(body, {}, "stop" if word == "refusal" else reply.finish_reason)
        if usage and body.get("stream_options", {}).get("include_usage"):
            last = {"choices": [], "usage": self._usage(body, reply)}
            yield _sse({**_common(body, "chat.completion.chunk"), **last})
        yield b"data: [DONE]\n\n"

    def error(self, kind: str, message: str) -> dict[str, Any]:
        return {"error": {"message": message, "type": kind, "param": None, "code": None}}

    def error_event(self, kind: str, message: str) -> bytes:
        return _sse(self.error(kind, message))

    def overflow(self) -> Rejected:
        return Rejected(400, "context_length_exceeded", "This model's maximum context length is 4096 tokens.")

    def _event(self, body: dict[str, Any], delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _sse({**_common(body, "chat.completion.chunk"), "choices": [choice], "usage": None})

    def _usage(self, body: dict[str, Any], reply: ChatReply) -> dict[str, Any]:
        return {
            "prompt_tokens": reply.tokens_in,
            "completion_tokens": reply.tokens_out,
            "total_tokens": reply.tokens_in + reply.tokens_out,
            "prompt_tokens_details": {
                "cached_tokens": tokens_cached(self._seen, body["messages"], reply.tokens_in),
                "audio_tokens": 0,
            },
        }


def _common(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": f"{body['model']}-2026-01-01"}


def _sse(event: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(event)}\n\n".encode()


def _hold_to_rules(messages: list[dict[str, Any]]) -> None:
    """Each tool call is answered at once, each result answers a call, and a turn says something."""
    open_calls: list[str] = []
    for place, message in enumerate(messages):
        where = f"messages.[{place}]"
        if message["role"] == "tool":
            if message.get("tool_call_id") not in open_calls:
                _reject(f"{where}: 'tool' must be a response to a preceding message with 'tool_calls'")
            open_calls.remove(message["tool_call_id"])
        elif open_calls:
            _reject(f"{where}: tool_call_ids did not have response messages: {', '.join(open_calls)}")
        if not isinstance(message.get("content"), str) and not message.get("tool_calls"):
            _reject(f"{where}.content: expected a string, got null")
        open_calls += [call["id"] for call in message.get("tool_calls") or ()]
    if open_calls:
        _reject(f"tool_call_ids did not have response messages: {', '.join(open_calls)}")


def _reject(message: str) -> None:
    raise Rejected(400, "invalid_request_error", message)
