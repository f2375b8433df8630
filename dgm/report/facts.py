"""A run as plain facts, ready for JSON: every table and picture is drawn from these."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from archive.base import Archive
from archive.events import AgentId, Born, Event, Retried, Scored
from benchmarks.task import Split
from dgm.clades import Clades, cmp_estimate
from dgm.history import History
from dgm.ledger import Ledger
from dgm.policy.base import Recommendation
from dgm.report.again import search_again
from dgm.report.comparison import comparison
from dgm.report.controls import controls
from dgm.report.models import models
from dgm.search import Search


@dataclass(frozen=True)
class Facts:
    """What a journal says, with tallies recomputed from it."""

    archive: Archive
    events: Sequence[Event]
    history: History
    ledger: Ledger
    clades: Clades
    index: Mapping[AgentId, int]
    infra: Mapping[AgentId, int]
    """Attempts of each agent that broke for a reason of ours."""

    @cached_property
    def champion(self) -> AgentId | None:
        """Whom the run ended with, or whom its policy would recommend now; None without any agent."""
        stopped = self.history.stopped
        if stopped is not None and stopped.champion is not None:
            return stopped.champion
        return self._search.champion().agent if self.index else None

    def estimate(self, agent: AgentId) -> Recommendation:
        """What the run's policy believes of the agent now."""
        return self._search.policy.estimate(self._search.view(), self.index[agent])

    @cached_property
    def _search(self) -> Search:
        search = search_again(self.archive, self.history)
        search.replay(self.events)
        return search

    def agent(self, text: str) -> AgentId:
        """The agent that `text` names: an ordinal, an id prefix, or `champion`.

        Raises:
            ArchiveError: none or several match.
        """
        if text == "champion" and self.champion is not None:
            return self.champion
        return self.archive.lineage.resolve(text)

    def summary(self, agent: AgentId) -> str:
        """What the agent's parent said of the change."""
        return self.archive.blob(self.history.born[agent].summary).decode("utf-8", "replace").strip()


def facts(archive: Archive) -> Facts:
    """Read a run."""
    events = [entry.event for entry in archive.entries()]
    history, clades = History(events), Clades()
    index: dict[AgentId, int] = {}
    infra: Counter[AgentId] = Counter()
    for event in events:
        match event:
            case Born():
                index[event.agent] = clades.add([index[parent] for parent in event.parents])
            case Scored() if event.split == "search":
                clades.count(index[event.agent], resolved=event.verdict == "resolved")
            case Retried(ticket, _, "ours"):
                asked = history.asked[ticket]
                infra.update((asked.agent,) if asked.agent else asked.parents)
    return Facts(archive, events, history, Ledger(events), clades, index, infra)


def row(known: Facts, agent: AgentId) -> dict[str, Any]:
    """One agent in a line: identity, tallies, relatives, and its solve rate as the run's policy believes it.

    `interval` is the central 95 % of that.
    """
    born, index, told = known.history.born[agent], known.index[agent], known.estimate(agent)
    own, clade = known.clades.own, known.clades.clade
    resolved, unresolved = int(own.resolved[index]), int(own.unresolved[index])
    offspring = known.history.offspring(agent)
    return {
        "agent": agent,
        "ordinal": born.ordinal,
        "parents": list(born.parents),
        "champion": agent == known.champion,
        "resolved": resolved,
        "attempted": resolved + unresolved,
        "estimate": round(told.estimate, 4),
        "interval": [round(bound, 4) for bound in told.interval],
        "clade_resolved": int(clade.resolved[index]),
        "clade_attempted": int(clade.attempted[index]),
        "cmp": round(float(cmp_estimate(clade)[index]), 4),
        "children": sum(isinstance(end, Born) for end in offspring),
        "rejected": sum(not isinstance(end, Born) for end in offspring),
        "infra_failures": known.infra.get(agent, 0),
        "vetoed": agent in known.history.vetoed,
        "flags": list(born.flags),
        "summary": known.summary(agent).split("\n")[0][:200],
    }


def run_summary(known: Facts) -> dict[str, Any]:
    """The whole run in a few numbers, and the held-out comparison."""
    history = known.history
    searched = [s for s in history.scored.values() if s.split == "search"]
    return {
        "agents": len(history.born),
        "rejected": len(history.rejected),
        "evaluations": len(history.scored),
        "search_evaluations": len(searched),
        "failed": len(history.failed),
        "calls": known.ledger.spent.calls,
        "tokens": known.ledger.spent.tokens,
        "tokens_cached": known.ledger.spent.tokens_cached,
        "micro_usd": known.ledger.spent.micro_usd,
        "estimated_micro_usd": known.ledger.estimated_micro_usd,
        "saved_micro_usd": known.ledger.saved_micro_usd,
        "champion": known.champion,
        "seed": next(iter(history.born), None),
        "held_out": _tallies(history, "held_out"),
        "sealed": _tallies(history, "sealed"),
        "comparison": comparison(known.archive, history, known.champion),
        "controls": controls(known.archive, history),
        **models(known.archive, history),
    }


def _tallies(history: History, split: Split) -> dict[AgentId, dict[str, int]]:
    """What the agents that met a split resolved of it."""
    return {
        agent: {
            "resolved": sum(s.verdict == "resolved" for s in scores.values()),
            "attempted": len(scores),
        }
        for agent in history.born
        if (scores := history.scores(agent, split))
    }


def card(known: Facts, agent: AgentId) -> dict[str, Any]:
    """Everything known of one agent."""
    born = known.history.born[agent]
    verdicts = {
        split: {
            task: {"verdict": s.verdict, "reason": s.reason, "ticket": s.ticket} for task, s in scores.items()
        }
        for split in get_args(Split)
        if (scores := known.history.scores(agent, split))
    }
    told = models(known.archive, known.history)
    usage, estimated = born.usage, known.ledger.estimated(born.ticket)
    for scored in known.history.scored.values():
        if scored.agent == agent:
            usage += scored.usage
            estimated += known.ledger.estimated(scored.ticket)
    return {
        **row(known, agent),
        "ticket": born.ticket,
        "tree": born.tree,
        "born_seconds": born.seconds,
        "summary": known.summary(agent),
        "offspring": [
            {"ticket": end.ticket, "outcome": "born" if isinstance(end, Born) else f"rejected: {end.reason}"}
            for end in known.history.offspring(agent)
        ],
        "verdicts": verdicts,
        "comparison": (comparison(known.archive, known.history, agent) if agent == known.champion else None),
        "calls": usage.calls,
        "tokens": usage.tokens,
        "tokens_cached": usage.tokens_cached,
        "micro_usd": usage.micro_usd,
        "estimated_micro_usd": estimated,
        "controls": controls(known.archive, known.history) if agent == known.champion else [],
        "improvers": told["improvers"] if agent == known.champion else [],
        "warnings": told["warnings"],
    }
