"""Money, tokens and calls: a fold over the journal."""

from collections.abc import Iterable, Mapping

from archive.events import (
    Asked,
    Born,
    Called,
    Event,
    Failed,
    Probed,
    Rejected,
    Reserved,
    Retried,
    Scored,
    Usage,
)

CallId = tuple[int, int, int]
"""Ticket, attempt, number of the call in it."""


class Ledger:
    """What was spent, and what is set aside for open tickets and for calls in flight. Not thread-safe.

    Whatever the order of the events, each `Called` and each estimate is counted once, and what was set aside
    goes with the call that settles it or with the attempt that ends. So a ledger made from a journal that
    was cut anywhere is the one that its writer had there.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.spent = Usage()
        """Estimates included."""
        self.estimated_micro_usd = 0
        """Of what was spent, for replies that were lost."""
        self.saved_micro_usd = 0
        """Not spent, for replies that a cassette served."""
        self._by_ticket: dict[int, Usage] = {}
        self._estimated: dict[int, int] = {}
        self._reserves: dict[int, int] = {}
        self._spent_before: dict[int, int] = {}
        """Micro-dollars that earlier attempts of an open ticket took."""
        self._unsettled: dict[int, dict[CallId, int]] = {}
        for event in events:
            self.take(event)

    @property
    def reserved_micro_usd(self) -> int:
        """Micro-dollars set aside for all open tickets."""
        return sum(self.reserved(ticket) for ticket in self._reserves)

    @property
    def unsettled(self) -> Mapping[CallId, int]:
        """Micro-dollars set aside for each call that is in flight, or whose reply was lost."""
        return {call: most for calls in self._unsettled.values() for call, most in calls.items()}

    def take(self, event: Event) -> None:
        """Take in the next event."""
        match event:
            case Asked():
                self._reserves[event.ticket] = event.reserve
                self._spent_before[event.ticket] = self.ticket(event.ticket).micro_usd
            case Reserved():
                calls = self._unsettled.setdefault(event.ticket, {})
                calls[event.ticket, event.attempt, event.n] = event.micro_usd
            case Called():
                calls = self._unsettled.get(event.ticket, {})
                calls.pop((event.ticket, event.attempt, event.n), None)
                self._spend(event.ticket, event.usage)
                self._guess(event.ticket, event.estimated)
                self.saved_micro_usd += event.saved
            case Probed():
                self.spent += event.usage
            case Retried():
                self._estimate(event)
                self._spent_before[event.ticket] = self.ticket(event.ticket).micro_usd
            case Failed():
                self._estimate(event)
                self._reserves.pop(event.ticket, None)
            case Born() | Scored() | Rejected():
                self._unsettled.pop(event.ticket, None)
                self._reserves.pop(event.ticket, None)
            case _:
                pass

    def ticket(self, ticket: int) -> Usage:
        """What `ticket` took so far, all attempts together, estimates included."""
        return self._by_ticket.get(ticket, Usage())

    def estimated(self, ticket: int) -> int:
        """Micro-dollars of `ticket` that were charged for replies that were lost."""
        return self._estimated.get(ticket, 0)

    def reserved(self, ticket: int) -> int:
        """Micro-dollars set aside for `ticket`: its reserve less what the attempt spent; 0 when ended."""
        spent = self.ticket(ticket).micro_usd - self._spent_before.get(ticket, 0)
        return max(0, self._reserves.get(ticket, 0) - spent)

    def _estimate(self, event: Retried | Failed) -> None:
        self._unsettled.pop(event.ticket, None)
        self._guess(event.ticket, event.estimated)

    def _guess(self, ticket: int, micro_usd: int) -> None:
        self._spend(ticket, Usage(micro_usd=micro_usd))
        self._estimated[ticket] = self.estimated(ticket) + micro_usd
        self.estimated_micro_usd += micro_usd

    def _spend(self, ticket: int, usage: Usage) -> None:
        self.spent += usage
        self._by_ticket[ticket] = self.ticket(ticket) + usage
