"""Runs an agent again on its recorded model replies, in a fresh sandbox, and compares what it does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.base import Archive, ArchiveError
from archive.events import AgentId, Scored, TaskId
from benchmarks.grade import grade
from benchmarks.task import SuiteError, Task
from dgm.assignments import terms_of
from dgm.config import Config
from dgm.gateway import Unbounded
from dgm.history import History
from dgm.models.player import Fidelity, Player
from dgm.session import Session
from dgm.worker import work
from sandbox.tree import Change


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the replay of one evaluation showed; `difference` names the first thing that differs."""

    ticket: int
    task: TaskId
    fidelity: Fidelity
    difference: str | None


@dataclass(frozen=True, slots=True)
class Replayer:
    """Replays the evaluations of a run."""

    folder: Path
    archive: Archive
    history: History
    config: Config
    tasks: Mapping[TaskId, Task]
    session: Session

    def evaluations(self, agent: AgentId, task: TaskId | None = None) -> list[Scored]:
        """The agent's recorded evaluations, all or those of one task, in the order they came.

        Raises:
            ArchiveError: there is none.
            SuiteError: one is of a task that the suite has no more.
        """
        found = [
            scored
            for scored in self.history.scored.values()
            if scored.agent == agent and task in {None, scored.task}
        ]
        if not found:
            tried = ", ".join(sorted({s.task for s in self.history.scored.values() if s.agent == agent}))
            raise ArchiveError(
                f"agent {agent[:10]} never attempted {task or 'a task'}; it did: {tried or 'none'}"
            )
        if gone := [scored.task for scored in found if scored.task not in self.tasks]:
            raise SuiteError(
                f"{self.folder}: task {gone[0]} is no longer in the suite; mend: put it back, or name another"
            )
        return found

    def replay(self, evaluations: list[Scored]) -> Iterator[Replayed]:
        """Replay each evaluation.

        Raises:
            SandboxError: the sandbox broke.
        """
        for scored in evaluations:
            yield self._one(scored)

    def _one(self, scored: Scored) -> Replayed:
        try:
            player = self._player(scored)
            recorded = Change.from_bytes(self.archive.blob(scored.patch))
            agent = self.archive.tree(scored.agent)
        except (ArchiveError, ValueError) as error:
            return Replayed(scored.ticket, scored.task, "diverged", f"the record is damaged: {error}")
        if agent.hash != self.history.born[scored.agent].tree:
            return Replayed(scored.ticket, scored.task, "diverged", "the agent's source is not what was born")
        task = self.tasks[scored.task]
        ran = self.session.solve(
            agent,
            task.repository,
            task.issue,
            {"id": task.id},
            player,
            terms_of(self.config, self.config.solve, scored.ticket, self.config.model.solve),
            Unbounded(),
            task.housed,
        )
        change = work(task.repository, ran.after)
        difference = player.difference
        if difference is None and player.unplayed:
            difference = f"{player.unplayed} recorded calls were not made"
        if difference is None and change != recorded:
            paths = sorted(change.paths ^ recorded.paths) or sorted(recorded.paths)
            difference = f"the patch differs in {', '.join(paths[:3])}"
        if difference is None:
            verdict = grade(task, change, self.session.sandbox)
            if verdict.verdict != scored.verdict:
                difference = f"graded {verdict.verdict} ({verdict.reason}), recorded {scored.verdict}"
        return Replayed(scored.ticket, scored.task, "diverged" if difference else player.fidelity, difference)

    def _player(self, scored: Scored) -> Player:
        attempt = self.history.attempt(scored.ticket)
        replies = {call.n: call.reply for call in self.history.calls(scored.ticket, attempt)}
        return Player(self.folder, scored.ticket, attempt, replies)
