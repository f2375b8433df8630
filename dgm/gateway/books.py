"""Where a line enters its calls: what each may take before it is sent, what it took before it is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from archive.events import Status, Usage
from dgm.models.base import ChatReply, ChatRequest, Refusal, Role


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was answered or refused; `n` counts from 1 within the line.

    `request` is what was asked, without the state that a provider wants back. `usage` is what the reply is
    worth, whether it was paid for or served from a cassette.
    """

    n: int
    role: Role
    request: ChatRequest
    reply: ChatReply | Refusal
    usage: Usage

    @property
    def status(self) -> Status:
        """Whether the reply is an answer, and if not, why."""
        return self.reply.status


class Books(Protocol):
    """The books of one attempt. Its line enters one call after another."""

    def reserve(self, n: int, most: Usage) -> None:
        """Set aside what call `n` may take; durable when it returns, and it may wait for room.

        Raises:
            OverBudget: the run can't pay for it.
        """
        ...

    def settle(self, call: Call) -> None:
        """Enter an answered call in the place of what was set aside; durable when it returns."""
        ...

    def abandon(self, n: int, *, billed: int) -> None:
        """Call `n` gave no reply; `billed` of its tries may cost something all the same."""
        ...


class Unbounded:
    """Books that bound nothing, and give each call to `record` where there is one."""

    def __init__(self, record: Callable[[Call], None] | None = None) -> None:
        self._record = record

    def reserve(self, n: int, most: Usage) -> None:
        """Nothing is set aside."""

    def settle(self, call: Call) -> None:
        """Give `call` to `record`."""
        if self._record is not None:
            self._record(call)

    def abandon(self, n: int, *, billed: int) -> None:
        """Nothing was set aside."""
