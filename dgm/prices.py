"""What a model's tokens cost, in whole micro-dollars, rounded up."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from archive.events import Usage
from dgm.models.base import ChatReply, ChatRequest, canonical

LIST = Path(__file__).resolve().parent / "prices.toml"
"""List prices by a model's name, dated."""
PICO = 1_000_000
"""Of a micro-dollar: prices are made whole numbers of these, so that no sum depends on its order."""
_OVERHEAD_TOKENS = 1_000
_OVERHEAD_TOKENS_A_MESSAGE = 16
# What a provider appends to a model's name for one of its snapshots.
_SNAPSHOT = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2}|latest)")


class Price(BaseModel):
    """US dollars per million tokens, which is micro-dollars per token."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    input: float = Field(ge=0, le=10_000)
    output: float = Field(ge=0, le=10_000)
    cached: float | None = Field(default=None, ge=0)
    """Of input tokens read from the provider's cache; `input` if absent."""
    cache_write: float | None = Field(default=None, ge=0, le=10_000)
    """Of input tokens written to it; `input` if absent."""

    @model_validator(mode="after")
    def _cached_is_cheaper(self) -> Self:
        if self.cached is not None and self.cached > self.input:
            raise ValueError("`cached` is more than `input`")
        return self

    @property
    def free(self) -> bool:
        """Whether no call can cost anything."""
        return not (self.input or self.output or self.cache_write)

    def cost(self, reply: ChatReply) -> int:
        """Micro-dollars of one call."""
        # What a server says of its cache is held to what it says of the whole.
        cached = min(reply.tokens_cached, reply.tokens_in)
        written = min(reply.tokens_written, reply.tokens_in - cached)
        return _micro(
            (reply.tokens_in - cached - written, self.input),
            (cached, self.input if self.cached is None else self.cached),
            (written, self.input if self.cache_write is None else self.cache_write),
            (reply.tokens_out, self.output),
        )

    def most(self, request: ChatRequest, max_tokens: int) -> Usage:
        """The most that one call may take: a token of a text is at least a byte of it."""
        tokens = len(canonical(request)) + _OVERHEAD_TOKENS
        tokens += _OVERHEAD_TOKENS_A_MESSAGE * (len(request.messages) + len(request.tools))
        dearest = max(self.input, self.cache_write or 0.0)
        return Usage(1, tokens, max_tokens, _micro((tokens, dearest), (max_tokens, self.output)))


FREE = Price(input=0.0, output=0.0)


def price_of(model: str, own: Mapping[str, Price]) -> Price | None:
    """What `model` costs: as `own` says, or as listed under its name or that of its snapshot; else None.

    A name with an address is some other server's model, which our list says nothing about.
    """
    if model in own:
        return own[model]
    if model == "offline":
        return FREE
    listed = listed_prices()
    fitting = [
        name
        for name in listed
        if model == name or (model.startswith(name) and _SNAPSHOT.fullmatch(model[len(name) :]))
    ]
    return listed[max(fitting, key=len)] if fitting else None


@cache
def listed_prices() -> Mapping[str, Price]:
    """The dated list."""
    table = tomllib.loads(LIST.read_text())["models"]
    return {name: Price.model_validate(price) for name, price in table.items()}


@cache
def listed_on() -> str:
    """The list's date, YYYY-MM-DD."""
    return str(tomllib.loads(LIST.read_text())["dated"])


def _micro(*parts: tuple[int, float]) -> int:
    pico = sum(tokens * round(price * PICO) for tokens, price in parts)
    return -(-pico // PICO)
