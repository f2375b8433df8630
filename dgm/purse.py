"""The run's budget, shared by all calls: who may start one now, who waits, and who is refused."""

import threading
from collections.abc import Iterator

from archive.events import Born, Called, Event, Failed, Rejected, Retried, Scored, Usage
from dgm.cap import Bounded, Cap, OverBudget
from dgm.ledger import CallId, Ledger


class Purse:
    """The ledger of a run that goes on, and the gate before each call. Thread-safe.

    A call starts only while what was spent and what is set aside for calls without an end is below every
    limit, so spending passes a limit by less than one call may take, and a call that passes it is kept. One
    that finds no room waits while calls are in flight, for they took what they *may* cost, and mostly cost
    less. It is refused once nothing in flight can make room any more: then the limit is used up. As a call
    in flight ends whatever becomes of it, none waits for ever.
    """

    def __init__(self, ledger: Ledger, cap: Cap) -> None:
        self.ledger, self.cap = ledger, cap
        # What a dead controller had in flight may have been paid for.
        self._held = {call: Usage(micro_usd=amount) for call, amount in ledger.unsettled.items()}
        self._flying: set[CallId] = set()
        self._turn = threading.Condition()

    @property
    def used_up(self) -> Bounded | None:
        """The first limit that is spent, whatever is in flight."""
        return self.cap.reached(self.ledger.spent)

    def has_room_for_a_job(self) -> bool:
        """Whether what open tickets may still spend by their own limits leaves something over.

        A ticket without a limit in dollars sets nothing aside.
        """
        limit = self.cap.micro_usd
        with self._turn:
            return limit is None or self.ledger.spent.micro_usd + self.ledger.reserved_micro_usd < limit

    def enter(self, call: CallId, most: Usage) -> None:
        """Let a call start that may take `most`; waits for room while there may come some.

        Raises:
            OverBudget: there will be none.
        """
        with self._turn:
            while (full := self.cap.reached(sum(self._held.values(), self.ledger.spent))) is not None:
                if not self._flying or self.used_up:
                    raise OverBudget(self.used_up or full)
                self._turn.wait()
            self._held[call] = most
            self._flying.add(call)

    def leave(self, call: CallId, *, billed: int) -> None:
        """A call gave no reply. What its `billed` tries took stays set aside until its attempt ends."""
        with self._turn:
            self._flying.discard(call)
            most = self._held.pop(call, Usage())
            if billed:
                self._held[call] = sum([most] * billed, Usage())
            self._turn.notify_all()

    def held(self, call: CallId) -> int:
        """Micro-dollars set aside for a call in flight: the most that one try may cost."""
        with self._turn:
            return self._held[call].micro_usd

    def lost(self, ticket: int) -> int:
        """Micro-dollars to charge for the ticket's calls that may be billed and gave no reply."""
        with self._turn:
            return sum(self._held[call].micro_usd for call in self._of(ticket))

    def take(self, event: Event) -> None:
        """Take in an event that was journalled."""
        with self._turn:
            self.ledger.take(event)
            match event:
                case Called():
                    self._drop((event.ticket, event.attempt, event.n))
                case Retried() | Born() | Scored() | Rejected() | Failed():
                    for call in list(self._of(event.ticket)):
                        self._drop(call)
                case _:
                    pass
            self._turn.notify_all()

    def _of(self, ticket: int) -> Iterator[CallId]:
        return (call for call in self._held if call[0] == ticket)

    def _drop(self, call: CallId) -> None:
        self._held.pop(call, None)
        self._flying.discard(call)
