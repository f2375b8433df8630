"""What a foundation model is to the gateway: chat in, chat out. The wire is OpenAI Chat Completions."""

import hashlib
import json
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["solve", "improve"]


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


class Message(Wire):
    """One turn. `tool_call_id` belongs to role `tool`, `tool_calls` to role `assistant`."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | None = None
    tool_calls: tuple[ToolCall, ...] | None = None
    tool_call_id: str | None = None


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


class ModelError(Exception):
    """A call that gave no reply. `owner` says whose fault: the agent's request, or ours."""

    def __init__(self, message: str, *, owner: Literal["agent", "ours"]) -> None:
        super().__init__(message)
        self.owner = owner


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
