"""What a foundation model is to the gateway: chat in, chat out. The wire is OpenAI Chat Completions."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Role = Literal["solve", "improve"]
Status = Literal["answered", "length", "refused", "empty"]


class Wire(BaseModel):
    """Unknown fields of a request are accepted and dropped; values are immutable."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class FunctionCall(Wire):
    """A call the model wants made; `arguments` is JSON text, as the model wrote it."""

    name: str = Field(max_length=256)
    arguments: str


class ToolCall(Wire):
    """One entry of an assistant message's `tool_calls`."""

    id: str = Field(max_length=256)
    type: Literal["function"] = "function"
    function: FunctionCall


def _text(content: object) -> object:
    """The text of `content`, which may come in parts."""
    if not isinstance(content, list):
        return content
    return "\n".join(_part(part) for part in content)


def _part(part: object) -> str:
    if not isinstance(part, Mapping):
        raise ValueError("a part of the content is no object")  # noqa: TRY004 - pydantic tells a ValueError
    kind, text = part.get("type"), part.get("text")
    if kind != "text":
        raise ValueError(f"a part is {str(kind)[:40]!r}: models here are given text only, no images or files")
    if not isinstance(text, str):
        raise ValueError("a text part has no `text`")  # noqa: TRY004
    return text


class Message(Wire):
    """One turn. `tool_call_id` belongs to role `tool`, `tool_calls` to role `assistant`."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Annotated[str | None, BeforeValidator(_text)] = None
    """Text; text parts are joined by line breaks."""
    tool_calls: tuple[ToolCall, ...] | None = None
    tool_call_id: str | None = None
    state: tuple[dict[str, Any], ...] | None = None
    """What the provider wants back with this turn. Only the gateway sets it."""


class Function(Wire):
    """A tool as it is described to the model; `parameters` is a JSON schema."""

    name: str = Field(max_length=256)
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)


class Tool(Wire):
    """One entry of a request's `tools`."""

    type: Literal["function"] = "function"
    function: Function


class ChatRequest(Wire):
    """The body of `POST /v1/chat/completions`, as far as any model here reads it.

    The gateway sets `seed` from the run's seed and the ticket: one value for all calls of an assignment, so
    that a model without memory keeps to what it drew.
    """

    model: Role
    messages: tuple[Message, ...] = Field(min_length=1)
    tools: tuple[Tool, ...] = ()
    temperature: float | None = None
    max_tokens: int | None = Field(default=None, gt=0)
    seed: int | None = None


class ChatReply(Wire):
    """What a model answered, and what it took."""

    message: Message
    finish_reason: Literal["stop", "tool_calls", "length", "content_filter"]
    tokens_in: int = Field(ge=0)
    tokens_out: int = Field(ge=0)
    model: str
    """The model's own name for itself, as the provider reports it."""
    # Left out of what is written down where a provider has none, as for replies recorded without them.
    tokens_cached: int = Field(default=0, ge=0, exclude_if=lambda tokens: tokens == 0)
    """Of `tokens_in`, those read from the provider's cache."""
    tokens_written: int = Field(default=0, ge=0, exclude_if=lambda tokens: tokens == 0)
    """Of `tokens_in`, those written to the provider's cache."""
    state: tuple[dict[str, Any], ...] = Field(default=(), exclude_if=lambda state: not state)
    """What the provider wants back with this turn, such as signed thinking; never shown to the agent."""
    # How it came is no part of what it is: it is neither written down nor digested.
    broken: int = Field(default=0, ge=0, exclude=True)
    """Tries before this one that broke, and that the provider may ask money for."""
    served: bool = Field(default=False, exclude=True)
    """Whether it comes from a cassette, and costs nothing."""

    @property
    def status(self) -> Status:
        """Whether this is an answer, and if not, why."""
        if self.finish_reason == "content_filter":
            return "refused"
        if self.finish_reason == "length":
            return "length"
        said = (self.message.content or "").strip() or self.message.tool_calls
        return "answered" if said else "empty"


class Refusal(Wire):
    """What the agent was told in place of a reply, for the provider would not have its request."""

    refusal: str
    broken: int = Field(default=0, ge=0, exclude=True)
    """As of a reply."""

    @property
    def served(self) -> bool:
        """As of a reply; it costs nothing anyway."""
        return False

    @property
    def model(self) -> str:
        """As of a reply; nobody reported it."""
        return "none"

    @property
    def status(self) -> Literal["rejected"]:
        """As of a reply."""
        return "rejected"


class ModelError(Exception):
    """A call that gave no reply. `owner` says whose fault: the agent's request, or ours.

    After a `fatal` one no call can succeed until a person has mended what the message names. `billed` is how
    many tries the provider may ask money for all the same: one, unless it is known to have refused.
    """

    def __init__(
        self,
        message: str,
        *,
        owner: Literal["agent", "ours"],
        fatal: bool = False,
        billed: int | None = None,
    ) -> None:
        super().__init__(message)
        self.owner = owner
        self.fatal = fatal
        self.billed = int(owner == "ours" and not fatal) if billed is None else billed


class Model(Protocol):
    """A model behind the gateway. Thread-safe."""

    @property
    def name(self) -> str:
        """The name it is opened by."""
        ...

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer `request`.

        Raises:
            ModelError: there is no reply.
        """
        ...


def canonical(value: BaseModel) -> bytes:
    """Canonical JSON of a wire value: ASCII, sorted keys, no unset or null fields."""
    return json.dumps(value.model_dump(exclude_none=True), sort_keys=True, separators=(",", ":")).encode()


def digest(value: BaseModel) -> str:
    """SHA-256 of `canonical(value)`, 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()
