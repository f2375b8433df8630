"""What a journal says, by agent and by ticket: an incremental fold over its events."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import assert_never

from archive.events import (
    AgentId,
    Asked,
    Born,
    Called,
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
    TaskId,
    Vetoed,
)
from sandbox.tree import TreeHash

IMPROVER = "model"
"""In the `why` of a ticket that expands: the model that was drawn for it."""


class History:
    """Births, verdicts and attempts so far. Not thread-safe; `take` events in journal order."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.started: Started | None = None
        self.stopped: Stopped | None = None
        self.asked: dict[int, Asked] = {}
        self.born: dict[AgentId, Born] = {}
        self.rejected: dict[int, Rejected] = {}
        self.scored: dict[int, Scored] = {}
        self.failed: dict[int, Failed] = {}
        self.vetoed: set[AgentId] = set()
        self.probed: list[Probed] = []
        self.reported: defaultdict[tuple[str, str | None], dict[str, int]] = defaultdict(dict)
        """By role, and by the model that was drawn for it if any: how many calls answered under which id."""
        self.trees: set[TreeHash] = set()
        self._offspring: defaultdict[AgentId, list[Born | Rejected]] = defaultdict(list)
        self._scores: defaultdict[AgentId, dict[TaskId, Scored]] = defaultdict(dict)
        self._retries: defaultdict[int, int] = defaultdict(int)
        self._calls: defaultdict[tuple[int, int], list[Called]] = defaultdict(list)
        for event in events:
            self.take(event)

    def take(self, event: Event) -> None:
        """Take in the next event."""
        match event:
            case Started():
                self.started = event
            case Stopped():
                self.stopped = event
            case Resumed():
                self.stopped = None
            case Asked():
                self.asked[event.ticket] = event
            case Called():
                self._take_call(event)
            case Retried():
                self._retries[event.ticket] += 1
            case Born() | Rejected():
                self._take_child(event)
            case Scored():
                self.scored[event.ticket] = event
                if not self.asked[event.ticket].repeat:
                    self._scores[event.agent][event.task] = event
            case Failed():
                self.failed[event.ticket] = event
            case Vetoed():
                self.vetoed.add(event.agent)
            case Probed():
                self.probed.append(event)
            case Reserved() | Paused():
                pass
            case never:
                assert_never(never)

    def _take_call(self, event: Called) -> None:
        self._calls[event.ticket, event.attempt].append(event)
        if event.status != "rejected":
            asked = self.asked.get(event.ticket)
            ids = self.reported[event.role, None if asked is None else asked.why.get(IMPROVER)]
            ids[event.model] = ids.get(event.model, 0) + 1

    def _take_child(self, event: Born | Rejected) -> None:
        if isinstance(event, Born):
            self.born[event.agent] = event
            self.trees.add(event.tree)
        else:
            self.rejected[event.ticket] = event
        for parent in event.parents:
            self._offspring[parent].append(event)

    def attempt(self, ticket: int) -> int:
        """The number of the ticket's latest attempt, from 1."""
        return self._retries[ticket] + 1

    def calls(self, ticket: int, attempt: int) -> list[Called]:
        """The model calls of one attempt, in order."""
        return self._calls.get((ticket, attempt), [])

    def unanswered(self, ticket: int, attempt: int) -> Mapping[str, int]:
        """How many calls of one attempt came to something else than an answer, by what they came to."""
        statuses = Counter(call.status for call in self.calls(ticket, attempt))
        return {status: count for status, count in sorted(statuses.items()) if status != "answered"}

    def offspring(self, agent: AgentId) -> list[Born | Rejected]:
        """What became of every expansion of `agent` that gave a child, admitted or not."""
        return self._offspring.get(agent, [])

    def scores(self, agent: AgentId, split: str) -> Mapping[TaskId, Scored]:
        """The agent's verdicts on one split, of its first attempts, in the order they came."""
        scores = self._scores.get(agent, {})
        return {task: scored for task, scored in scores.items() if scored.split == split}

    def open_tickets(self) -> list[int]:
        """Tickets asked and not ended, in order."""
        ended = {born.ticket for born in self.born.values()} | self.rejected.keys()
        return [
            ticket for ticket in self.asked if ticket not in ended | self.scored.keys() | self.failed.keys()
        ]


def counted(kinds: Mapping[str, int]) -> str:
    """Such as `1 length, 2 refused`."""
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items())
