"""Two agents on the same tasks, above all champion and seed, as plain facts; `comparison_view` draws them."""

import json
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from archive.base import Archive
from archive.events import AgentId, Failed, Scored, TaskId, Usage
from dgm.best_of import attempts_at_equal_cost
from dgm.config import ReportSection
from dgm.history import History
from dgm.paired import Paired, smallest_detectable

_Ends = Mapping[TaskId, Scored | Failed]
Split = Literal["held_out", "search"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of two agents that are compared, and the name it goes by in what is told of them."""

    name: str
    archive: Archive
    history: History
    agent: AgentId

    def met(self, split: Split, repeat: int = 0) -> dict[TaskId, Scored | Failed]:
        """What became of its attempt number `repeat` at each task."""
        return met(self.history, self.agent, split, repeat)

    @property
    def discordance(self) -> float:
        """The share of discordant tasks as it was stated when the run started, whatever a `resume` says."""
        said: Mapping[str, Any] = {}
        if self.history.started is not None:
            config = self.archive.blob(self.history.started.config)
            said = tomllib.loads(config.decode()).get("report", {})
        return ReportSection.model_validate(said).discordance


def comparison(archive: Archive, history: History, champion: AgentId | None) -> dict[str, Any] | None:
    """Champion against seed on the held-out tasks; None while both met none, or are one agent."""
    seed = next(iter(history.born), None)
    if champion is None or seed is None or champion == seed:
        return None
    told = versus(Side("champion", archive, history, champion), Side("seed", archive, history, seed))
    return None if told is None else {"champion": champion, "seed": seed, **told}


def versus(ours: Side, theirs: Side, split: Split = "held_out") -> dict[str, Any] | None:
    """Two agents on the tasks that both have met; None if there are none.

    A pair set aside (its ticket failed for a reason of ours) counts as unresolved, and is counted. Rates are
    shares of `n`; what an agent resolved per dollar is None where it cost nothing.
    """
    mine, other = ours.met(split), theirs.met(split)
    tasks = [task for task in mine if task in other]
    if not tasks:
        return None
    both = {
        ours.name: {task: mine[task] for task in tasks},
        theirs.name: {task: other[task] for task in tasks},
    }
    discordance = max(ours.discordance, theirs.discordance)
    least = smallest_detectable(len(tasks), discordance)
    return {
        "split": split,
        "n": len(tasks),
        **_paired(both),
        "set_aside": {
            name: sum(isinstance(end, Failed) for end in ends.values()) for name, ends in both.items()
        },
        "discordance": discordance,
        "smallest_detectable": None if least is None else round(least, 4),
        **_worth(both),
        "equal_cost": equal_cost(ours, theirs, split, tasks),
    }


def met(history: History, agent: AgentId, split: Split, repeat: int = 0) -> dict[TaskId, Scored | Failed]:
    """What became of the agent's attempt number `repeat` at each task of a split."""
    ended: dict[TaskId, Scored | Failed] = {}
    for ticket, asked in history.asked.items():
        if asked.purpose == split and (asked.agent, asked.repeat) == (agent, repeat) and asked.task:
            end = history.scored.get(ticket) or history.failed.get(ticket)
            if end is not None:
                ended[asked.task] = end
    return ended


def resolved(ends: _Ends) -> Collection[TaskId]:
    """The tasks whose attempt succeeded; one set aside did not."""
    return {task for task, end in ends.items() if isinstance(end, Scored) and end.verdict == "resolved"}


def difference(paired: Paired) -> dict[str, Any]:
    """How far apart two agents are: rates, 95 % interval (Newcombe), McNemar's exact p."""
    return {
        "difference": round(paired.difference, 4),
        "interval": [round(bound, 4) for bound in paired.interval()],
        "mcnemar_p": paired.mcnemar(),
    }


def dearer(ours: Side, theirs: Side, split: Split) -> bool:
    """Whether an attempt of the first costs as much as several of the other."""
    return attempts_at_equal_cost(_usages(ours.met(split)), _usages(theirs.met(split))) > 1


def equal_cost(ours: Side, theirs: Side, split: Split, tasks: Collection[TaskId]) -> dict[str, Any]:
    """The first agent against the best, by visible tests, of as many attempts of the other as cost the same.

    `missing` attempts were not made.
    """
    dear, cheap = ours.met(split), theirs.met(split)
    attempts = attempts_at_equal_cost(_usages(dear), _usages(cheap))
    # What is visible of a task was run after attempts at held-out ones alone.
    again = [{} if split == "search" else theirs.met(split, repeat) for repeat in range(1, attempts)]
    tries = [cheap, *again]
    chosen: dict[TaskId, Scored | Failed] = {}
    for task in tasks:
        those = [end for ends in tries if isinstance(end := ends.get(task), Scored)]
        if those:  # max keeps the first of equals.
            chosen[task] = max(those, key=lambda scored: _visible_passed(theirs.archive, scored))
    missing = sum(task not in ends for ends in tries for task in tasks)
    best = {ours.name: {task: dear[task] for task in tasks}, theirs.name: chosen}
    return {"best_of": theirs.name, "attempts": attempts, "missing": missing, **_paired(best)}


def _paired(ends: Mapping[str, _Ends]) -> dict[str, Any]:
    """Two agents by name, on the tasks of the first."""
    (a, ours), (b, theirs) = ends.items()
    paired = Paired.of(ours, resolved(ours), resolved(theirs))
    return {
        "resolved": dict(zip((a, b), paired.resolved, strict=True)),
        "counts": {
            "both": paired.both,
            f"only_{a}": paired.only_a,
            f"only_{b}": paired.only_b,
            "neither": paired.neither,
        },
        **difference(paired),
    }


def _usages(ends: _Ends) -> list[Usage]:
    return [end.usage for end in ends.values() if isinstance(end, Scored)]


def _visible_passed(archive: Archive, scored: Scored) -> int:
    return int(json.loads(archive.blob(scored.detail)).get("visible", {}).get("passed", 0))


def _worth(ends: Mapping[str, _Ends]) -> dict[str, dict[str, float | None]]:
    per_usd, per_tokens = {}, {}
    for name, those in ends.items():
        won = len(resolved(those))
        usage = sum((end.usage for end in those.values()), Usage())
        per_usd[name] = _ratio(won * 1e6, usage.micro_usd)
        per_tokens[name] = _ratio(won * 1e6, usage.tokens)
    return {"resolved_per_usd": per_usd, "resolved_per_million_tokens": per_tokens}


def _ratio(what: float, cost: int) -> float | None:
    return round(what / cost, 6) if cost else None
