"""A reply of Chat Completions put together from its pieces, as servers differ in telling them."""

from typing import Any

from pydantic import Field

from dgm.models.base import ChatReply, ChatRequest, FunctionCall, Message, ToolCall, Wire
from dgm.models.provider import Again, estimated, texts_of


class _FunctionPart(Wire):
    name: str | None = None
    arguments: str | None = None


class _CallPart(Wire):
    index: int | None = None
    id: str | None = None
    function: _FunctionPart = _FunctionPart()


class _Part(Wire):
    """A whole message, or a piece of one."""

    content: str | None = None
    refusal: str | None = None
    tool_calls: tuple[_CallPart, ...] | None = None
    reasoning: str | None = None
    reasoning_content: str | None = None


class _Choice(Wire):
    delta: _Part | None = None
    message: _Part | None = None
    finish_reason: str | None = None


class _Details(Wire):
    cached_tokens: int | None = Field(default=None, ge=0)
    cache_write_tokens: int | None = Field(default=None, ge=0)


class _Usage(Wire):
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)
    prompt_tokens_details: _Details | None = None


class Chunk(Wire):
    """A whole completion, or one event of a stream."""

    model: str | None = None
    choices: tuple[_Choice, ...] = ()
    usage: _Usage | None = None
    error: dict[str, Any] | None = None


class Answer:
    """A reply put together from its pieces."""

    def __init__(self, request: ChatRequest, model: str) -> None:
        self._request, self._model = request, model
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._thought: dict[str, list[str]] = {"reasoning": [], "reasoning_content": []}
        self._calls: list[_Call] = []
        self._finish: str | None = None
        self._whole = False
        self._usage: _Usage | None = None

    def take(self, chunk: Chunk) -> None:
        """Take the next piece in."""
        self._model = chunk.model or self._model
        self._usage = chunk.usage or self._usage
        for choice in chunk.choices[:1]:
            self._whole = self._whole or choice.message is not None
            self._finish = choice.finish_reason or self._finish
            self._take(choice.delta or choice.message or _Part())

    def _take(self, part: _Part) -> None:
        self._text.append(part.content or "")
        self._refusal.append(part.refusal or "")
        for word, texts in self._thought.items():
            texts.append(getattr(part, word) or "")
        for call in part.tool_calls or ():
            self._call_of(call).take(call)

    def _call_of(self, part: _CallPart) -> "_Call":
        """The call that `part` belongs to; servers differ in whether they number them, and from where."""
        for call in reversed(self._calls):
            if part.id and call.id:
                if part.id == call.id:
                    return call
            elif part.index == call.index and (part.index is not None or not part.function.name):
                return call
        self._calls.append(_Call(part.index))
        return self._calls[-1]

    def reply(self) -> ChatReply:
        """The whole reply.

        Raises:
            Again: a piece is missing.
        """
        if self._finish is None and not self._whole:
            raise Again("the stream ended before the reply did")
        refusal = "".join(self._refusal)
        text = "".join(self._text) or refusal
        calls = tuple(
            ToolCall(
                # Where a server names none: one that no other turn of this conversation has.
                id=call.id or f"call_{len(self._request.messages)}_{place}",
                function=FunctionCall(name=call.name, arguments="".join(call.arguments) or "{}"),
            )
            for place, call in enumerate(self._calls)
        )
        thought = {word: "".join(texts) for word, texts in self._thought.items() if any(texts)}
        usage = self._usage or self._estimated(text, calls)
        details = usage.prompt_tokens_details or _Details()
        content = text or (None if calls else "")
        return ChatReply(
            message=Message(role="assistant", content=content, tool_calls=calls or None),
            finish_reason=_finished(self._finish, calls=bool(calls), refused=bool(refusal)),
            tokens_in=usage.prompt_tokens,
            tokens_out=usage.completion_tokens,
            model=self._model[:256],
            tokens_cached=min(details.cached_tokens or 0, usage.prompt_tokens),
            tokens_written=min(details.cache_write_tokens or 0, usage.prompt_tokens),
            state=(thought,) if thought else (),
        )

    def _estimated(self, text: str, calls: tuple[ToolCall, ...]) -> _Usage:
        said = (text, *(call.function.name + call.function.arguments for call in calls))
        return _Usage(
            prompt_tokens=estimated(texts_of(self._request)), completion_tokens=estimated(iter(said))
        )


class _Call:
    """A tool call that is being told."""

    def __init__(self, index: int | None) -> None:
        self.index, self.id, self.name = index, "", ""
        self.arguments: list[str] = []

    def take(self, part: _CallPart) -> None:
        self.id = self.id or part.id or ""
        self.name = self.name or part.function.name or ""
        self.arguments.append(part.function.arguments or "")


def _finished(reason: str | None, *, calls: bool, refused: bool) -> Any:
    if refused or reason == "content_filter":
        return "content_filter"
    if reason == "length":
        return "length"
    return "tool_calls" if calls else "stop"
