"""Money, tokens and calls: a fold over the journal."""

from collections.abc import Iterable

from archive.events import Asked, Born, Called, Event, Failed, Rejected, Retried, Scored, Usage


class Ledger:
    """What was spent, and what is set aside for open tickets. Not thread-safe."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.spent = Usage()
        self._by_ticket: dict[int, Usage] = {}
        self._reserves: dict[int, int] = {}
        self._spent_before: dict[int, int] = {}
        """Micro-dollars that earlier attempts of an open ticket took."""
        for event in events:
            self.take(event)

    @property
    def reserved_micro_usd(self) -> int:
        """Micro-dollars set aside for all open tickets."""
        return sum(self.reserved(ticket) for ticket in self._reserves)

    def take(self, event: Event) -> None:
        """Take in the next event."""
        match event:
            case Asked():
                self._reserves[event.ticket] = event.reserve
                self._spent_before[event.ticket] = self.ticket(event.ticket).micro_usd
            case Called():
                self._spend(event.ticket, event.usage)
            case Retried():
                self._spend(event.ticket, Usage(micro_usd=event.estimated))
                self._spent_before[event.ticket] = self.ticket(event.ticket).micro_usd
            case Born() | Scored() | Rejected() | Failed():
                self._reserves.pop(event.ticket, None)
            case _:
                pass

    def ticket(self, ticket: int) -> Usage:
        """What `ticket` took so far, all attempts together."""
        return self._by_ticket.get(ticket, Usage())

    def reserved(self, ticket: int) -> int:
        """Micro-dollars set aside for `ticket`: its reserve less what the attempt spent; 0 when ended."""
        spent = self.ticket(ticket).micro_usd - self._spent_before.get(ticket, 0)
        return max(0, self._reserves.get(ticket, 0) - spent)

    def _spend(self, ticket: int, usage: Usage) -> None:
        self.spent += usage
        self._by_ticket[ticket] = self.ticket(ticket) + usage
