"""What providers want back with their turns: kept here, for agents need not know of it."""

import hashlib
from collections.abc import Iterator
from typing import Any

from dgm.models.base import ChatReply, Message

State = tuple[dict[str, Any], ...]


class States:
    """The state of each turn that a line's models took. Not thread-safe."""

    def __init__(self) -> None:
        self._by_mark: dict[str, State] = {}

    def keep(self, reply: ChatReply) -> None:
        """Remember the state of `reply`."""
        for mark in _marks(reply.message):
            # An id that is used again stands for its last turn, with or without state.
            self._by_mark[mark] = reply.state

    def restored(self, message: Message) -> Message:
        """`message` with the state it came with, if it is a turn that was kept."""
        if message.role != "assistant":
            return message
        state = next((self._by_mark[mark] for mark in _marks(message) if mark in self._by_mark), ())
        return message.model_copy(update={"state": state}) if state else message


def without_state(message: Message) -> Message:
    """`message` with nothing where only the gateway may put something."""
    return message if message.state is None else message.model_copy(update={"state": None})


def _marks(message: Message) -> Iterator[str]:
    """What a turn is known by again: its tool calls' ids, or its text if it has none."""
    for call in message.tool_calls or ():
        yield f"call {call.id}"
    if not message.tool_calls:
        yield f"text {hashlib.sha256((message.content or '').encode('utf-8', 'surrogatepass')).hexdigest()}"
