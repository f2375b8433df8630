"""Asks, dispatches, tells: the flow of every job, and a clean stop."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import assert_never

from archive.base import Archive
from archive.events import Called, End, Event, Failed, Paused, Retried, Scored, Stopped, Usage, Vetoed
from benchmarks.grade import grade
from dgm.account import Account
from dgm.assignments import Assigner, Dispatch
from dgm.canary import Canary
from dgm.cap import OverBudget
from dgm.config import Budget, ModelSection
from dgm.executor.threads import Threads
from dgm.history import History
from dgm.identity import warnings
from dgm.jobs import Evaluate, Expand, Merge, Ticket
from dgm.models.base import Model
from dgm.models.cassette import Recording
from dgm.purse import Purse
from dgm.requests import Requests
from dgm.search import Search
from dgm.session import Trouble
from dgm.worker import Attempt, Finding, Worker
from sandbox.base import Folder, Order, SandboxError
from sandbox.tree import Change, Tree

MAX_ATTEMPTS = 3
POLL_SECONDS = 0.2
CHECKPOINT_ENDS = 100
DONE_EARLY = "done: the rest of the evaluations promised a gain below stop.gain"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a watcher may show: journal facts, and what each open ticket is about."""

    search: Search
    history: History
    purse: Purse
    budget: Budget
    spent_before: Usage
    """What was spent when this controller started."""
    warnings: Sequence[str]
    """What a person should know of the models."""
    working: Mapping[int, str]
    elapsed_seconds: float
    ended: int
    """Tickets ended since this controller started."""


@dataclass(slots=True)
class Controller:
    """Owns a run while it goes on; `recording` opens the cassette of one attempt.

    `answering` gives what answers a ticket's calls in the place of a model; `asks` tells whether any model
    is asked, and paid.
    """

    archive: Archive
    search: Search
    history: History
    purse: Purse
    assigner: Assigner
    worker: Worker
    executor: Threads[Finding]
    recording: Callable[[int, int], Recording]
    answering: Callable[[int, Model], Model]
    asks: bool
    canary: Canary
    requests: Requests
    budget: Budget
    models: ModelSection
    watch: Callable[[Progress], None]
    _stopping: str | None = None
    _dispatched: dict[int, Dispatch] = field(default_factory=dict)
    _delayed: list[tuple[float, Ticket]] = field(default_factory=list)
    _troubles: Counter[int] = field(default_factory=Counter)
    """By ticket, how many attempts gave no evidence."""
    _calls: SimpleQueue[Called] = field(default_factory=SimpleQueue)
    """Calls recorded by workers, for the owner of the history to take in."""
    _started: float = field(default_factory=time.monotonic)
    _ended: int = 0
    _fatal: Trouble | None = None
    _spent_before: Usage = field(init=False)

    def __post_init__(self) -> None:
        self._spent_before = self.purse.ledger.spent

    @property
    def stopping(self) -> bool:
        """Whether no more tickets are asked."""
        return self._stopping is not None

    def stop(self, reason: str) -> None:
        """Ask no more; what is in flight is finished first."""
        self._stopping = self._stopping or reason

    def run(self) -> str:
        """Carry the search on until it has nothing left to do or is stopped; returns why it ended.

        Raises:
            ArchiveError: the journal or the store failed; nothing later was done.
            Trouble: a person must mend something; its ticket stays open, for `resume`.
        """
        self.requests.clear_stop()
        self._reopen()
        while True:
            self._take_calls()
            self._take_requests()
            self._watch_budget()
            self._probe()
            self._fill()
            if not self._dispatched and (self._stopping or not self._delayed):
                break
            for number, future in self.executor.completed(POLL_SECONDS):
                self._settle(self._dispatched.pop(number), future)
            self.watch(self._progress())
        if self._fatal is not None:
            raise self._fatal
        champion = self.search.champion().agent
        reason = self._reason()
        self.requests.clear_stop()
        self.archive.point_head(champion)
        self._record(Stopped(reason, champion))
        self.archive.checkpoint()
        return reason

    def _reason(self) -> str:
        """Why it ends; a limit that the last job just met stopped nothing."""
        stopped = self._stopping
        limited = stopped is not None and stopped.startswith("budget.")
        if limited and not self.search.open_tickets and self.search.ask() is None:
            stopped = None
        return stopped or (DONE_EARLY if self.search.hopeless else "done")

    def _reopen(self) -> None:
        """Tickets left open by a controller that died are carried out again, under their number."""
        for ticket in self.search.open_tickets:
            self._again(ticket, "the controller stopped while it was in flight")
            self._delayed.append((0.0, ticket))

    def _take_requests(self) -> None:
        if self.requests.stop_wanted:
            self.stop("interrupted by the stop file")
        for path, wish in self.requests.pending():
            match wish:
                case Vetoed(agent) if agent in self.history.born:
                    self._record(wish)
                    self.search.veto(agent)
                case Paused():
                    self._record(wish)
                    self.stop("paused")
                case _:
                    pass
            path.unlink(missing_ok=True)

    def _probe(self) -> None:
        if self._stopping is None:
            for probed in self.canary.probed(len(self.history.scored)):
                self._record(probed)

    def _watch_budget(self) -> None:
        limit = self.budget.seconds
        if limit is not None and time.monotonic() - self._started > limit:
            self.stop("budget.seconds reached")
        used_up = self.purse.used_up
        if used_up is not None:
            self.stop(f"budget.{used_up} reached")

    def _fill(self) -> None:
        while self.executor.free and self._stopping is None:
            due = [entry for entry in self._delayed if entry[0] <= time.monotonic()]
            if due:
                self._delayed.remove(due[0])
                self._dispatch(due[0][1])
                continue
            # A ticket that waits keeps its worker: with one, the run goes as it would without the
            # trouble, and where a provider is down, no more jobs run into it.
            if self.executor.free <= len(self._delayed):
                return
            # With nothing in flight a job is started, or money would be left for ever.
            if self._dispatched and not self.purse.has_room_for_a_job():
                return
            ticket = self.search.ask()
            if ticket is None:
                return
            ticket = self.assigner.drawn(ticket)
            self._record(ticket.asked(self.assigner.reserve(ticket)))
            self._dispatch(ticket)

    def _dispatch(self, ticket: Ticket) -> None:
        dispatch = self.assigner.dispatch(ticket)
        self._dispatched[ticket.number] = dispatch
        self.executor.submit(ticket.number, lambda: self._carry_out(dispatch))

    def _carry_out(self, dispatch: Dispatch) -> Finding:
        """In a worker's thread: the whole job, each model call in its books before its reply is used."""
        number, attempt = dispatch.ticket.number, dispatch.attempt
        with self.recording(number, attempt) as recording:
            account = Account(
                number, attempt, self.archive, recording, self.purse, self._calls.put, asks=self.asks
            )
            return self.worker.carry_out(
                dispatch.assignment, account, lambda model: self.answering(number, model)
            )

    def _settle(self, dispatch: Dispatch, future: Future[Finding]) -> None:
        self._take_calls()
        try:
            finding = future.result()
        except (SandboxError, Trouble) as error:
            if isinstance(error.__cause__, OverBudget):
                # No failure: the ticket stays open, for a resumed run to carry out.
                self.stop(f"budget.{error.__cause__.bounded} reached")
            elif isinstance(error, Trouble) and error.fatal:
                # What it set aside was not spent, which a resumed run could not know.
                self._give_up(dispatch, error)
            else:
                self._retry(dispatch, error)
            return
        self._end(self.assigner.end(dispatch, finding))

    def _end(self, end: End) -> None:
        self._record(end)
        self.search.tell(end)
        self._ended += 1
        if self._ended % CHECKPOINT_ENDS == 0:
            self.archive.checkpoint()

    def _retry(self, dispatch: Dispatch, error: SandboxError | Trouble) -> None:
        """Our failure is no evidence: the same ticket again, a little later, and in the end `failed`."""
        ticket = dispatch.ticket
        # What a stop cut short, or a person had to mend, is none of these.
        self._troubles[ticket.number] += 1
        troubles = self._troubles[ticket.number]
        if troubles < MAX_ATTEMPTS:
            self._again(ticket, str(error))
            self._delayed.append((time.monotonic() + 2.0**troubles, ticket))
            return
        if isinstance(error, SandboxError) and (self._fatal or not self._sandbox_works()):
            mend = "mend: see that the sandbox works, then go on where this stopped"
            self._give_up(dispatch, Trouble(f"{error}; nothing can be run any more; {mend}"))
            return
        lost = self.purse.lost(ticket.number)
        # A verdict of evasion has no place for what lost calls may have cost.
        evasion = None if lost else self._evasion(dispatch, error)
        self._end(evasion or Failed(ticket.number, "ours", str(error), estimated=lost))

    def _give_up(self, dispatch: Dispatch, error: Trouble) -> None:
        """Stop with the ticket open, for a person has to mend what is wrong."""
        self._again(dispatch.ticket, str(error))
        self._fatal = self._fatal or error
        self.stop(str(error))

    def _sandbox_works(self) -> bool:
        sandbox = self.worker.session.sandbox
        place = Folder(Tree({"empty": b""}), writable=True, collect=True)
        try:
            sandbox.run(Order((sandbox.python, "-c", ""), {"/place": place}))
        except SandboxError:
            return False
        return True

    def _again(self, ticket: Ticket, reason: str) -> None:
        """End an attempt without evidence, charged with what its lost calls may have cost."""
        number = ticket.number
        attempt, lost = self.history.attempt(number), self.purse.lost(number)
        self._record(Retried(number, attempt, "ours", reason, lost))

    def _evasion(self, dispatch: Dispatch, error: Exception) -> Scored | None:
        """A sandbox that breaks for this agent again and again, but not for the gold patch, is evidence."""
        job, assignment = dispatch.ticket.job, dispatch.assignment
        if not (
            isinstance(error, SandboxError) and isinstance(job, Evaluate) and isinstance(assignment, Attempt)
        ):
            return None
        try:
            control = grade(assignment.task, assignment.task.gold, self.worker.session.sandbox)
        except SandboxError:
            return None
        if control.verdict != "resolved":
            return None
        calls = self.history.calls(dispatch.ticket.number, dispatch.attempt)
        nothing = self.archive.put(Change(Tree(), frozenset()).to_bytes())
        reason = (
            f"suspected evasion: the sandbox broke {MAX_ATTEMPTS} times, yet not for the gold patch: {error}"
        )
        detail = self.archive.put(b'{"verdict": "unresolved", "reason": "suspected evasion", "tests": {}}')
        return Scored(
            dispatch.ticket.number,
            job.agent,
            job.task,
            assignment.task.split,
            "unresolved",
            reason,
            nothing,
            detail,
            usage=sum((call.usage for call in calls), Usage()),
        )

    def _record(self, event: Event) -> None:
        self.archive.record(event)
        self.history.take(event)
        self.purse.take(event)

    def _take_calls(self) -> None:
        while not self._calls.empty():
            self.history.take(self._calls.get())

    def _progress(self) -> Progress:
        working = {number: _about(dispatch.ticket) for number, dispatch in self._dispatched.items()}
        elapsed = time.monotonic() - self._started
        return Progress(
            self.search,
            self.history,
            self.purse,
            self.budget,
            self._spent_before,
            list(warnings(self.history, self.models)),
            working,
            elapsed,
            self._ended,
        )


def _about(ticket: Ticket) -> str:
    match ticket.job:
        case Evaluate(agent, task):
            return f"{agent[:8]} solves {task}"
        case Expand(parent):
            return f"{parent[:8]} improves itself"
        case Merge(parents):
            return f"{' and '.join(parent[:8] for parent in parents)} are merged"
        case never:
            assert_never(never)
