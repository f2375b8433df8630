"""From a ticket to a self-contained assignment, and from its finding to the end the journal keeps."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import assert_never

from numpy.random import PCG64, Generator, SeedSequence

from archive.base import Archive
from archive.events import AgentId, Born, Digest, End, Rejected, Scored, TaskId
from archive.three_way import three_way
from benchmarks.task import Task
from dgm.admission import Rules
from dgm.config import Config, JobSection
from dgm.evidence import Sources, evidence, record_of, summary_of
from dgm.gateway import Allowance
from dgm.history import IMPROVER, History, counted
from dgm.improvers import drawn
from dgm.jobs import Evaluate, Expand, Merge, Ticket
from dgm.manifest import read_manifest
from dgm.merges import Begun, Relative, merge_evidence
from dgm.prices import FREE, price_of
from dgm.session import Terms
from dgm.worker import Assignment, Attempt, Finding, Graded, Joined, Offspring, Rewrite
from sandbox.tree import Tree

_EVIDENCE, _CALLS, _IMPROVER = 1, 2, 3
"""Streams of randomness beside the policy's own."""
_NOTHING = Tree()


@dataclass(frozen=True, slots=True)
class Dispatch:
    """An assignment with what its end must remember of it."""

    ticket: Ticket
    attempt: int
    assignment: Assignment
    evidence: Digest | None = None


class Assigner:
    """Knows the archive and the tasks, so that workers need not. Used from one thread."""

    def __init__(
        self,
        config: Config,
        archive: Archive,
        history: History,
        tasks: Mapping[TaskId, Task],
        transcript: Callable[[int, int], Sequence[bytes]],
    ) -> None:
        self._config, self._archive, self._history, self._tasks = config, archive, history, tasks
        self._sources = Sources(archive, history, tasks, transcript)
        self._tree = lru_cache(maxsize=256)(archive.tree)

    def dispatch(self, ticket: Ticket) -> Dispatch:
        """The assignment of `ticket`; the same whenever the history before the ticket is the same."""
        attempt = self._history.attempt(ticket.number)
        match ticket.job:
            case Evaluate(agent, task):
                # The seed may get several attempts at a held-out task, chosen among by the visible tests.
                seen = ticket.purpose == "held_out" and agent == self._seed
                try_ = Attempt(
                    agent=self._tree(agent),
                    task=self._tasks[task],
                    model=self._model(ticket),
                    terms=self._terms(ticket),
                    visible=seen,
                )
                return Dispatch(ticket, attempt, try_)
            case Expand(parent):
                return self._rewrite(ticket, attempt, parent)
            case Merge(parents):
                return self._merge(ticket, attempt, parents)
            case never:
                assert_never(never)

    def _rewrite(
        self, ticket: Ticket, attempt: int, parent: AgentId, begun: Begun | None = None, more: Tree = _NOTHING
    ) -> Dispatch:
        config = self._config
        rng = Generator(PCG64(SeedSequence([config.seed, ticket.number, _EVIDENCE])))
        read = evidence(self._sources, self._subject(parent, rng), config.evidence, rng).overlaid(more)
        rewrite = Rewrite(
            parent=self._tree(parent),
            evidence=read,
            model=self._model(ticket),
            known=frozenset(self._history.trees),
            rules=self._rules,
            terms=self._terms(ticket),
            by=self._tree(self._seed) if config.ablation.improve == "seed" else None,
            begun=begun,
        )
        return Dispatch(ticket, attempt, rewrite, self._archive.put(pack(read)))

    def _merge(self, ticket: Ticket, attempt: int, parents: tuple[AgentId, AgentId]) -> Dispatch:
        """What git can merge needs no agent; else the first parent's finishes what git began."""
        one, other = parents
        ancestor = self._archive.lineage.common_ancestor(one, other)
        assert ancestor is not None, "all descend from the seed agent"
        base, first, second = (self._tree(agent) for agent in (ancestor, one, other))
        merged = three_way(base, first, second)
        born = self._history.born
        summary = summary_of(self._sources, born[other].summary)
        if not merged.conflicts:
            said = (
                f"Merge of #{born[one].ordinal} and #{born[other].ordinal}\n\nBy git and without a conflict, "
                f"#{born[ancestor].ordinal} being the base. The second one's last change:\n\n{summary}"
            )
            joined = Joined(first, merged.tree, said, frozenset(self._history.trees), self._rules)
            return Dispatch(ticket, attempt, joined)
        begun = Begun(merged.tree, frozenset(each.path for each in merged.conflicts))
        relative = Relative(other, ancestor, summary, **record_of(self._sources, other))
        more = merge_evidence(base, second, relative, merged.conflicts)
        return self._rewrite(ticket, attempt, one, begun, more)

    @property
    def _seed(self) -> AgentId:
        return next(iter(self._history.born))

    def _subject(self, parent: AgentId, rng: Generator) -> AgentId:
        """Of whom `parent` reads the evidence; while nobody else was measured, of itself in any case."""
        if not self._config.evidence.shuffled:
            return parent
        history = self._history
        others = [each for each in history.born if each != parent and history.scores(each, "search")]
        return others[int(rng.integers(len(others)))] if others else parent

    def drawn(self, ticket: Ticket) -> Ticket:
        """`ticket`, told which model improves where several may."""
        if isinstance(ticket.job, Evaluate):
            return ticket
        section = self._config.model
        rng = Generator(PCG64(SeedSequence([self._config.seed, ticket.number, _IMPROVER])))
        draw = drawn(section.improve_weights, section.improve_draw, self._history, rng)
        return replace(ticket, why={**draw, **ticket.why})

    def reserve(self, ticket: Ticket) -> int:
        """Micro-dollars to set aside for `ticket`: all it may spend by its own limit; 0 without one."""
        terms = self._terms(ticket)
        return 0 if terms.price.free else terms.allowance.micro_usd or 0

    @property
    def _rules(self) -> Rules:
        admission = self._config.admission
        image = read_manifest(self._tree(self._seed)).image
        return Rules(admission.max_files, admission.max_kib * 1024, image)

    def _terms(self, ticket: Ticket) -> Terms:
        config = self._config
        section = config.solve if isinstance(ticket.job, Evaluate) else config.improve
        return terms_of(config, section, ticket.number, self._model(ticket))

    def _model(self, ticket: Ticket) -> str:
        section = self._config.model
        if isinstance(ticket.job, Evaluate):
            return section.solve
        return str(ticket.why.get(IMPROVER) or next(iter(section.improve_weights)))

    def end(self, dispatch: Dispatch, finding: Finding) -> End:
        """The end of the ticket; a child is committed, and every large thing kept, before it is named."""
        match dispatch.ticket.job, finding:
            case Evaluate(agent, task), Graded():
                return self._scored(dispatch, agent, self._tasks[task], finding)
            case Expand() | Merge() as job, Offspring():
                return self._offspring(dispatch, job.parents, finding)
            case job, _:
                raise TypeError(f"{type(finding).__name__} is no finding for {job}")

    def _scored(self, dispatch: Dispatch, agent: AgentId, task: Task, finding: Graded) -> Scored:
        ticket, verdict = dispatch.ticket.number, finding.grade.verdict
        detail: dict[str, object] = json.loads(finding.grade.to_bytes()) | {"ending": dict(finding.ending)}
        if finding.visible is not None:
            detail["visible"] = asdict(finding.visible)
        reason, unanswered = finding.grade.reason, self._history.unanswered(ticket, dispatch.attempt)
        if unanswered:
            detail["model"] = unanswered
            if verdict == "unresolved":
                # First, for what comes last is clipped.
                reason = f"the model's replies: {counted(unanswered)}; {reason}"
        return Scored(
            ticket=ticket,
            agent=agent,
            task=TaskId(task.id),
            split=task.split,
            verdict=verdict,
            reason=reason,
            patch=self._archive.put(finding.change.to_bytes()),
            detail=self._archive.put(json.dumps(detail, sort_keys=True).encode()),
            usage=finding.usage,
            seconds=round(finding.seconds, 3),
        )

    def _offspring(
        self, dispatch: Dispatch, parents: tuple[AgentId, ...], finding: Offspring
    ) -> Born | Rejected:
        ticket = dispatch.ticket.number
        summary = self._archive.put(finding.summary.encode("utf-8", "replace"))
        seconds = round(finding.seconds, 3)
        objection = finding.objection
        if objection is None and finding.tree is not None and finding.tree.hash in self._history.trees:
            objection = "same content as an agent born meanwhile"
        if objection is None and finding.tree is not None:
            message = _headline(finding.summary)
            return Born(
                ticket=ticket,
                agent=self._archive.commit(ticket, parents, finding.tree, message, ticket),
                ordinal=ticket,
                parents=parents,
                tree=finding.tree.hash,
                summary=summary,
                evidence=dispatch.evidence,
                usage=finding.usage,
                seconds=seconds,
                flags=finding.flags,
            )
        return Rejected(
            ticket=ticket,
            parents=parents,
            tree=None if finding.tree is None else finding.tree.hash,
            reason=objection or "no source came back",
            summary=summary,
            patch=None if finding.change is None else self._archive.put(finding.change.to_bytes()),
            evidence=dispatch.evidence,
            usage=finding.usage,
            seconds=seconds,
        )


def terms_of(config: Config, section: JobSection, ticket: int, model: str) -> Terms:
    """What the job of `ticket` may use; the seed of its model calls does not depend on the attempt.

    A model without a price costs nothing here: whether it may be used at all is settled before a run.
    """
    seed = int(SeedSequence([config.seed, ticket, _CALLS]).generate_state(1)[0])
    micro_usd = None if section.usd is None else round(section.usd * 1_000_000)
    return Terms(
        section.limits,
        Allowance(section.calls, section.tokens, micro_usd, section.max_tokens),
        seed,
        price_of(model, config.prices) or FREE,
        section.temperature,
    )


def pack(tree: Tree) -> bytes:
    """A tree of text files as one blob; `unpack` reads it."""
    return json.dumps({path: tree.text(path) for path in tree}, sort_keys=True).encode()


def unpack(blob: bytes) -> Tree:
    """The tree that `pack` wrote."""
    return Tree({path: text.encode() for path, text in json.loads(blob).items()})


def _headline(summary: str) -> str:
    """A commit message from an agent's words: printable, never empty, bounded."""
    lines = ["".join(c for c in line if c.isprintable()).strip() for line in summary.splitlines()]
    text = "\n".join(lines).strip()[:4000]
    return text.encode("utf-8", "replace").decode() or "(no summary)"
