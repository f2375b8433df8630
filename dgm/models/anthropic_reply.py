"""A reply of Anthropic's Messages put together from its events."""

import json
from typing import Any

from pydantic import Field

from dgm.models.anthropic_turns import THOUGHTS, Block, read
from dgm.models.base import ChatReply, ChatRequest, FunctionCall, Message, ToolCall, Wire
from dgm.models.provider import Again, estimated, texts_of


class _Usage(Wire):
    """Of a stream's events, each tells the sums so far, and may leave out what it knows nothing new of."""

    input_tokens: int | None = Field(default=None, ge=0)
    output_tokens: int | None = Field(default=None, ge=0)
    cache_creation_input_tokens: int | None = Field(default=None, ge=0)
    cache_read_input_tokens: int | None = Field(default=None, ge=0)


class _Block(Wire):
    type: str
    id: str = ""
    name: str = ""
    input: dict[str, Any] = Field(default_factory=dict)
    text: str = ""
    thinking: str = ""
    signature: str = ""
    data: str = ""


class _Delta(Wire):
    text: str = ""
    partial_json: str = ""
    thinking: str = ""
    signature: str = ""
    stop_reason: str | None = None


class Whole(Wire):
    """A message: whole, or as it stands when a stream begins."""

    model: str | None = None
    content: tuple[_Block, ...] = ()
    stop_reason: str | None = None
    usage: _Usage = _Usage()


class Event(Wire):
    """One event of a stream; of each type a few fields are set."""

    type: str
    index: int = 0
    message: Whole | None = None
    content_block: _Block | None = None
    delta: _Delta = _Delta()
    usage: _Usage | None = None


class Answer:
    """A reply in the making."""

    def __init__(self, request: ChatRequest, model: str) -> None:
        self._request, self._model = request, model
        self._blocks: dict[int, _Growing] = {}
        self._stop: str | None = None
        self._over = False
        self._usage: dict[str, int] = {}

    def take(self, event: Event | Whole) -> None:
        """Take the next piece in."""
        match event:
            case Whole():
                self._begin(event)
                self._over = True
            case Event(type="message_start", message=Whole() as message):
                self._begin(message)
            case Event(type="content_block_start", content_block=_Block() as block):
                self._blocks[event.index] = _Growing(block)
            case Event(type="content_block_delta") if event.index in self._blocks:
                self._blocks[event.index].take(event.delta)
            case Event(type="message_delta"):
                self._stop = event.delta.stop_reason or self._stop
                self._count(event.usage or _Usage())
            case Event(type="message_stop"):
                self._over = True
            case _:
                # New kinds of event may be added at any time.
                pass

    def reply(self) -> ChatReply:
        """The whole reply.

        Raises:
            Again: a piece is missing.
        """
        if not self._over:
            raise Again("the stream ended before the reply did")
        blocks = [self._blocks[index] for index in sorted(self._blocks)]
        text = "".join(block.text for block in blocks if block.type == "text")
        calls = tuple(
            ToolCall(id=block.id, function=FunctionCall(name=block.name, arguments=block.arguments))
            for block in blocks
            if block.type == "tool_use"
        )
        thought = any(block.type in THOUGHTS for block in blocks)
        fresh, cached, written = (
            self._usage.get(name, 0)
            for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        )
        counted = fresh + cached + written
        return ChatReply(
            message=Message(
                role="assistant", content=text or (None if calls else ""), tool_calls=calls or None
            ),
            finish_reason=_finished(self._stop, calls=bool(calls)),
            tokens_in=counted or estimated(texts_of(self._request)),
            tokens_out=self._usage.get("output_tokens") or estimated(block.size for block in blocks),
            model=self._model[:256],
            tokens_cached=cached,
            tokens_written=written,
            state=tuple(block.told for block in blocks if block.told) if thought else (),
        )

    def _begin(self, message: Whole) -> None:
        self._model = message.model or self._model
        self._stop = message.stop_reason
        self._blocks = {index: _Growing(block) for index, block in enumerate(message.content)}
        self._count(message.usage)

    def _count(self, usage: _Usage) -> None:
        self._usage |= usage.model_dump(exclude_none=True)


class _Growing:
    """A block that is being told."""

    def __init__(self, begun: _Block) -> None:
        self.type, self.id, self.name = begun.type, begun.id, begun.name
        self._begun = begun
        self._text, self._thinking, self._signature = [begun.text], [begun.thinking], [begun.signature]
        self._json: list[str] = []

    def take(self, delta: _Delta) -> None:
        self._text.append(delta.text)
        self._json.append(delta.partial_json)
        self._thinking.append(delta.thinking)
        self._signature.append(delta.signature)

    @property
    def text(self) -> str:
        return "".join(self._text)

    @property
    def arguments(self) -> str:
        """JSON text as the model wrote it."""
        return "".join(self._json) or json.dumps(self._begun.input)

    @property
    def size(self) -> str:
        """All its words, to be counted."""
        return self.text + "".join(self._thinking) + ("" if self.type != "tool_use" else self.arguments)

    @property
    def told(self) -> Block:
        """The block as it is sent back; nothing for a kind that a conversation does not hold."""
        match self.type:
            case "thinking":
                thinking, signature = "".join(self._thinking), "".join(self._signature)
                return {"type": "thinking", "thinking": thinking, "signature": signature}
            case "redacted_thinking":
                return {"type": "redacted_thinking", "data": self._begun.data}
            case "text":
                return {"type": "text", "text": self.text}
            case "tool_use":
                return {"type": "tool_use", "id": self.id, "name": self.name, "input": read(self.arguments)}
            case _:
                return {}


def _finished(reason: str | None, *, calls: bool) -> Any:
    if reason == "refusal":
        return "content_filter"
    if reason in {"max_tokens", "model_context_window_exceeded"}:
        return "length"
    return "tool_calls" if calls else "stop"
