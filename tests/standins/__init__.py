"""Servers on this machine that speak as OpenAI and Anthropic do, over real HTTP, driven by a model of ours.

A model named `solve` or `improve` answers in that role; any other name is unknown to them.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import Literal

from dgm.models.base import ChatReply, ChatRequest
from tests.standins.anthropic_wire import AnthropicWire
from tests.standins.openai_wire import OpenAIWire
from tests.standins.server import Fault, StandIn

__all__ = ["Fault", "StandIn", "standin"]

Kind = Literal["openai", "anthropic"]


@contextmanager
def standin(
    kind: Kind,
    model: Callable[[ChatRequest], ChatReply],
    faults: Mapping[int, Fault] | None = None,
    *,
    key: str | None = None,
    retry_after: str = "0",
) -> Iterator[StandIn]:
    """A server whose request n, counted from 1, meets `faults[n]`, and every other one `faults[0]`.

    `key` is the only one it takes, if given; `retry_after` is told with `rate limit`.
    """
    wire = OpenAIWire() if kind == "openai" else AnthropicWire()
    server = StandIn(wire, model, faults or {}, key, retry_after)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
