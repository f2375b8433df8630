"""Models that say what they were told to say: for tests, and for the trial of a child."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dgm.models.base import ChatReply, ChatRequest, ModelError
from dgm.models.hands import Hands
from dgm.models.mind import Brief, Mind, Say, converse

__all__ = ["Replies", "Say", "Scripted", "Shell", "Write"]


@dataclass(frozen=True, slots=True)
class Shell:
    """Run a command."""

    command: str


@dataclass(frozen=True, slots=True)
class Write:
    """Make `content` the whole of a file."""

    path: str
    content: str


Line = Shell | Write | Say


class Scripted:
    """Says its lines one a turn, with whatever hands the scaffold gives; the last words are said again.

    Stateless: the turn is read off the request's history, so one instance serves any number of
    conversations.
    """

    name = "scripted"

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = tuple(lines)

    def complete(self, request: ChatRequest) -> ChatReply:
        """The next line."""
        return converse(self._mind, request, name=self.name)

    def _mind(self, brief: Brief, hands: Hands) -> Mind:  # noqa: ARG002 - a script is deaf
        for line in self._lines:
            match line:
                case Say():
                    yield line
                    return
                case Shell():
                    action = hands.shell(line.command)
                case Write():
                    action = hands.write(line.path, line.content)
            if action is None:
                yield Say(f"I was given no hand for {line}.")
                return
            yield [action]


class Replies:
    """Gives these replies in order, one a call, and fails at the calls in `errors`, counted from 1.

    A failing call uses up no reply. Thread-safe.
    """

    name = "replies"

    def __init__(
        self, replies: Sequence[ChatReply] = (), errors: Mapping[int, ModelError] | None = None
    ) -> None:
        self._replies = iter(replies)
        self._errors = dict(errors or {})
        self._lock = threading.Lock()
        self.requests: list[ChatRequest] = []
        """Every request so far."""

    def complete(self, request: ChatRequest) -> ChatReply:
        """The next reply.

        Raises:
            ModelError: this call was to fail, or there is no reply left.
        """
        with self._lock:
            self.requests.append(request)
            error = self._errors.get(len(self.requests))
            if error is not None:
                raise error
            reply = next(self._replies, None)
        if reply is None:
            raise ModelError("no reply is left", owner="ours")
        return reply
