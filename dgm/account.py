"""The books of one attempt, kept where they last: journal, cassette and the run's purse."""

from collections.abc import Callable
from dataclasses import dataclass

from archive.base import Archive
from archive.events import Called, Reserved, Usage
from dgm.gateway import Call
from dgm.models.base import digest
from dgm.models.cassette import Recording
from dgm.purse import Purse


@dataclass(frozen=True, slots=True)
class Account:
    """Used from the thread of one worker; `told` hears of each call that was journalled."""

    ticket: int
    attempt: int
    archive: Archive
    recording: Recording
    purse: Purse
    told: Callable[[Called], None]

    def reserve(self, n: int, most: Usage) -> None:
        """Set aside what call `n` may take: of the run's budget, and in the journal if it may cost money."""
        call = (self.ticket, self.attempt, n)
        self.purse.enter(call, most)
        if most.micro_usd:
            reserved = Reserved(*call, most.micro_usd)
            try:
                self.archive.record(reserved)
            except BaseException:
                self.purse.leave(call, billed=False)
                raise
            self.purse.take(reserved)

    def settle(self, call: Call) -> None:
        """Enter a call: the cassette first, for the journal names what it holds."""
        self.recording.add(call)
        called = Called(
            ticket=self.ticket,
            attempt=self.attempt,
            n=call.n,
            role=call.role,
            model=call.reply.model,
            request=digest(call.request),
            reply=digest(call.reply),
            usage=call.usage,
            status=call.status,
        )
        self.archive.record(called)
        self.purse.take(called)
        self.told(called)

    def abandon(self, n: int, *, billed: bool) -> None:
        """Call `n` gave no reply."""
        self.purse.leave((self.ticket, self.attempt, n), billed=billed)
