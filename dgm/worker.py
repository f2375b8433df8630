"""Carries out one self-contained assignment; knows no archive and no search."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import assert_never

from archive.events import Usage
from benchmarks.grade import Grade, grade
from benchmarks.task import Task
from benchmarks.visible import Visible, visible
from dgm.admission import Rules, objection, trial
from dgm.gateway import Books
from dgm.manifest import ManifestError
from dgm.merges import Begun
from dgm.models.base import Model
from dgm.monitors import flags
from dgm.session import Ran, Session, Terms
from sandbox.tree import Change, Tree, TreeHash, is_junk


@dataclass(frozen=True, slots=True)
class Attempt:
    """Let `agent` attempt `task`, and grade what it did; by the visible tests too if `visible`."""

    agent: Tree
    task: Task
    model: str
    terms: Terms
    visible: bool = False


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Let `parent` rewrite itself, and examine the child. `known` are the trees no child may equal.

    `by` is another agent, whose `improve` it is that rewrites. Where a merge was
    `begun`, `parent` rewrites that in the place of its own source.
    """

    parent: Tree
    evidence: Tree
    model: str
    known: Collection[TreeHash]
    rules: Rules
    terms: Terms
    by: Tree | None = None
    begun: Begun | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """Examine a `child` that a merge made of `parent` and another agent, and that no model is needed for."""

    parent: Tree
    child: Tree
    summary: str
    known: Collection[TreeHash]
    rules: Rules


Assignment = Attempt | Rewrite | Joined


@dataclass(frozen=True, slots=True)
class Graded:
    """What an attempt gave: the change it made, its grade, and how the agent's command ended."""

    change: Change
    grade: Grade
    ending: Mapping[str, object]
    usage: Usage
    seconds: float
    visible: Visible | None = None


@dataclass(frozen=True, slots=True)
class Offspring:
    """What a rewrite gave. `objection` is None for a child that was admitted, which may have `flags`."""

    tree: Tree | None
    change: Change | None
    summary: str
    objection: str | None
    usage: Usage
    seconds: float
    flags: tuple[str, ...] = ()


Finding = Graded | Offspring


@dataclass(frozen=True, slots=True)
class Worker:
    """Carries out assignments, with `models` by the names they are opened by. Thread-safe."""

    session: Session
    models: Mapping[str, Model]

    def carry_out(
        self,
        assignment: Assignment,
        books: Books,
        answering: Callable[[Model], Model] = lambda model: model,
    ) -> Finding:
        """Do `assignment`; every model call is in `books` before its reply reaches the agent.

        `answering` gives what answers in the place of a model.

        Raises:
            SandboxError, Trouble: our failure; it says nothing about the agent.
        """
        match assignment:
            case Attempt(model=model):
                return self._attempt(assignment, answering(self.models[model]), books)
            case Rewrite(model=model):
                return self._rewrite(assignment, answering(self.models[model]), books)
            case Joined():
                return self._join(assignment)
            case never:
                assert_never(never)

    def _attempt(self, assignment: Attempt, model: Model, books: Books) -> Graded:
        started = time.monotonic()
        task = assignment.task
        ran = self.session.solve(
            assignment.agent,
            task.repository,
            task.issue,
            {"id": task.id},
            model,
            assignment.terms,
            books,
            task.housed,
        )
        change = work(task.repository, ran.after)
        verdict = grade(task, change, self.session.sandbox)
        seen = visible(task, change, self.session.sandbox) if assignment.visible else None
        return Graded(change, verdict, _ending(ran), ran.usage, time.monotonic() - started, seen)

    def _rewrite(self, assignment: Rewrite, model: Model, books: Books) -> Offspring:
        started = time.monotonic()
        parent, begun, by = assignment.parent, assignment.begun, assignment.by
        source = parent if begun is None else begun.tree
        if begun is not None and by is None:
            by = parent
        ran = self.session.improve(source, assignment.evidence, model, assignment.terms, books, by)
        child = None if ran.after is None else work(source, ran.after).applied_to(source)
        refusal = objection(child, ran.breaches, assignment.known, assignment.rules)
        if refusal is None and child is not None and begun is not None:
            refusal = begun.objection(child)
        if refusal is None and child is not None:
            refusal = self._tried(child)
        return Offspring(
            tree=child,
            change=None if child is None else Change.between(parent, child),
            summary=ran.summary,
            objection=refusal,
            usage=ran.usage,
            seconds=time.monotonic() - started,
            flags=() if child is None or refusal else flags(parent, child, assignment.evidence),
        )

    def _join(self, assignment: Joined) -> Offspring:
        started = time.monotonic()
        parent, child = assignment.parent, assignment.child
        refusal = objection(child, (), assignment.known, assignment.rules) or self._tried(child)
        return Offspring(
            tree=child,
            change=Change.between(parent, child),
            summary=assignment.summary,
            objection=refusal,
            usage=Usage(),
            seconds=time.monotonic() - started,
            flags=() if refusal else flags(parent, child, Tree()),
        )

    def _tried(self, child: Tree) -> str | None:
        try:
            return trial(child, self.session)
        except ManifestError as error:
            return str(error)


def work(before: Tree, after: Tree | None) -> Change:
    """What the agent changed; by-products of running code are no work, and nothing collected is no change."""
    if after is None:
        return Change(Tree(), frozenset())
    return Change.between(before, after.where(lambda path: path in before or not is_junk(path)))


def _ending(ran: Ran) -> Mapping[str, object]:
    return {
        "how": ran.exit.how,
        "code": ran.exit.code,
        "breaches": list(ran.breaches),
        "collected": ran.after is not None,
        "output": ran.exit.output[-2000:].decode("utf-8", "replace"),
    }
