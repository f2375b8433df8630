"""The books of one attempt, kept where they last: journal, cassette and the run's purse."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from archive.base import Archive
from archive.events import Called, Reserved, Usage
from dgm.gateway import Call
from dgm.models.base import digest
from dgm.models.cassette import Recording
from dgm.purse import Purse


@dataclass(frozen=True, slots=True)
class Account:
    """Used from the thread of one worker; `told` hears of each call that was journalled.

    Where no model `asks` for money, as in a replay, nothing is set aside.
    """

    ticket: int
    attempt: int
    archive: Archive
    recording: Recording
    purse: Purse
    told: Callable[[Called], None]
    asks: bool = True

    def reserve(self, n: int, most: Usage) -> None:
        """Set aside what call `n` may take: of the run's budget, and in the journal if it may cost money."""
        call = (self.ticket, self.attempt, n)
        if not self.asks:
            most = replace(most, micro_usd=0)
        self.purse.enter(call, most)
        if most.micro_usd:
            reserved = Reserved(*call, most.micro_usd)
            try:
                self.archive.record(reserved)
            except BaseException:
                self.purse.leave(call, billed=0)
                raise
            self.purse.take(reserved)

    def settle(self, call: Call) -> None:
        """Enter a call: the cassette first, for the journal names what it holds."""
        self.recording.add(call)
        served = call.usage.micro_usd if call.reply.served else 0
        most = self.purse.held((self.ticket, self.attempt, call.n))
        called = Called(
            ticket=self.ticket,
            attempt=self.attempt,
            n=call.n,
            role=call.role,
            model=call.reply.model,
            request=digest(call.request),
            reply=digest(call.reply),
            usage=replace(call.usage, micro_usd=call.usage.micro_usd - served),
            status=call.status,
            saved=served,
            estimated=call.reply.broken * most,
        )
        self.archive.record(called)
        self.purse.take(called)
        self.told(called)

    def abandon(self, n: int, *, billed: int) -> None:
        """Call `n` gave no reply."""
        self.purse.leave((self.ticket, self.attempt, n), billed=billed)
