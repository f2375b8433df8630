"""What a sequence of events adds up to, and which event may come next."""

from collections.abc import Iterable

from archive.base import ArchiveError, Entry
from archive.events import (
    AgentId,
    Asked,
    Born,
    Called,
    End,
    Event,
    Failed,
    Paused,
    Probed,
    Rejected,
    Reserved,
    Resumed,
    Retried,
    Scored,
    Started,
    Stopped,
    Vetoed,
)
from archive.lineage import Lineage

REBUILDS = ("expand", "merge")
ROOT_TICKET = 0


class Fold:
    """The entries so far, who was born, and which tickets are open or ended. Not thread-safe."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.lineage = Lineage()
        self.asked: dict[int, Asked] = {}
        self.ends: dict[int, Entry] = {}
        """The entry of each ticket's end."""
        self.births: dict[AgentId, Born] = {}

    def repeated(self, event: Event) -> Entry | None:
        """The entry that ended the ticket with this very event before."""
        if isinstance(event, End):
            ended = self.ends.get(event.ticket)
            if ended is not None and ended.event == event:
                return ended
        return None

    def take(self, entry: Entry) -> None:
        """Take in the next entry.

        Raises:
            ArchiveError: its event may not come here; nothing was changed.
        """
        event = entry.event
        self.refuse(event)
        match event:
            case Reserved() | Called() | Retried() | Probed():
                pass
            case Started() | Resumed() | Stopped() | Vetoed() | Paused():
                pass
            case Asked():
                self.asked[event.ticket] = event
            case Born():
                self.lineage.add(event.agent, event.ordinal, event.parents)
                self.births[event.agent] = event
                self.ends[event.ticket] = entry
            case Scored() | Rejected() | Failed():
                self.ends[event.ticket] = entry
        self.entries.append(entry)

    def refuse(self, event: Event) -> None:
        """Raise `ArchiveError` if `event` contradicts what came before."""
        match event:
            case Reserved() | Called() | Retried():
                if event.ticket not in self.asked:
                    raise ArchiveError(f"ticket {event.ticket} was never asked")
            case Asked():
                if event.ticket in self.asked or event.ticket in self.ends:
                    raise ArchiveError(f"ticket {event.ticket} was already asked")
            case Started():
                if self.entries:
                    raise ArchiveError("the run has already started")
            case Born() | Scored() | Rejected() | Failed():
                self._refuse_end(event)
            case Vetoed():
                if event.agent not in self.lineage:
                    raise ArchiveError(f"agent {event.agent[:12]} is vetoed but was never born")
            case Resumed() | Stopped() | Paused():
                pass

    def rebuilding(self) -> frozenset[int]:
        """Ordinals whose agent may be committed but is not born yet: open tickets that make a child."""
        making = {ticket for ticket, asked in self.asked.items() if asked.job in REBUILDS}
        return frozenset((making | {ROOT_TICKET}) - self.ends.keys())

    def refuse_commit(self, ordinal: int, parents: Iterable[AgentId], agent: AgentId) -> None:
        """Raise `ArchiveError` if `agent` may not become number `ordinal` with these parents."""
        self._refuse_orphan(parents)
        other = self.lineage.agent(ordinal)
        if other not in {None, agent}:
            raise ArchiveError(f"number {ordinal} already belongs to agent {str(other)[:12]}")

    def _refuse_orphan(self, parents: Iterable[AgentId]) -> None:
        for parent in parents:
            if parent not in self.lineage:
                raise ArchiveError(f"parent {parent[:12]} was never born")

    def _refuse_end(self, event: End) -> None:
        root = isinstance(event, Born) and event.ticket == ROOT_TICKET and not event.parents
        if event.ticket not in self.asked and not root:
            raise ArchiveError(f"ticket {event.ticket} ends but was never asked")
        if event.ticket in self.ends:
            line = self.ends[event.ticket].line
            raise ArchiveError(f"ticket {event.ticket} already ended, at line {line}")
        if isinstance(event, Scored) and event.agent not in self.lineage:
            raise ArchiveError(f"agent {event.agent[:12]} is scored but was never born")
        if isinstance(event, Born | Rejected):
            self._refuse_orphan(event.parents)
        if isinstance(event, Born):
            if event.agent in self.lineage:
                raise ArchiveError(f"agent {event.agent[:12]} is already born")
            if self.lineage.agent(event.ordinal) is not None:
                raise ArchiveError(f"number {event.ordinal} already belongs to another agent")
