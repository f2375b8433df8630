"""Runs side by side on the held-out tasks: policies under several run seeds, and controls of the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from archive.base import ArchiveError
from archive.events import AgentId, TaskId
from dgm.bootstrap import mean_interval
from dgm.config import ReportSection
from dgm.held_out import random_agent
from dgm.paired import LEVEL, Paired
from dgm.report.comparison import difference, met, resolved
from dgm.report.facts import Facts
from dgm.report.spent import search_facts

TOOK = ("agents", "evaluations", "expansions", "tokens", "micro_usd")
"""What is told of a policy's search; evaluations are those of its budget."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one agent resolved of the held-out tasks that it met; a pair set aside counts as unresolved."""

    met: frozenset[TaskId]
    resolved: frozenset[TaskId]

    @classmethod
    def of(cls, known: Facts, agent: AgentId) -> "Held":
        """The agent's first attempts."""
        ends = met(known.history, agent, "held_out")
        return cls(frozenset(ends), frozenset(resolved(ends)))

    def less(self, first: "Held") -> Mapping[str, Any]:
        """The paired difference to another agent, over the tasks of both; 95 % interval by Newcombe."""
        paired = Paired.of(self.met & first.met, self.resolved, first.resolved)
        return {
            "resolved": paired.resolved[0],
            "n": paired.n,
            "only_it": paired.only_a,
            "only_first": paired.only_b,
            **difference(paired),
        }


def study_row(seed: int, runs: Mapping[str, tuple[Path, Facts]], report: ReportSection) -> dict[str, Any]:
    """One run seed: each policy's champion and the controls of the first run, less the first champion.

    Raises:
        ArchiveError: the runs are of different suites.
    """
    known = [one for _, one in runs.values()]
    if len({one.history.started.suite_digest for one in known if one.history.started is not None}) > 1:
        folders = ", ".join(str(folder) for folder, _ in runs.values())
        raise ArchiveError(f"{folders}: the suite's tasks were changed between these runs")
    held = {name: Held.of(one, one.champion or _root(one)) for name, (_, one) in runs.items()}
    if report.seed_agent:
        held["seed agent"] = Held.of(known[0], _root(known[0]))
    if report.random_agent:
        held["random agent"] = Held.of(known[0], random_agent(list(known[0].history.born), seed))
    (first, reference), *others = held.items()
    entrants = {
        first: {"resolved": len(reference.resolved), "n": len(reference.met)},
        **{name: dict(one.less(reference)) for name, one in others},
    }
    for name, run in runs.items():
        entrants[name] |= _took(*run)
    return {"seed": seed, "entrants": entrants}


def study_facts(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The rows, and over their run seeds mean rates, mean differences to the first, and what searches took.

    The intervals, 95 %, are by resampling run seeds (percentile bootstrap); None where there is one seed.
    """
    names = list(rows[0]["entrants"]) if rows else []
    return {
        "first": names[0] if names else None,
        "rows": list(rows),
        "entrants": {name: _over([row["entrants"][name] for row in rows]) for name in names},
    }


def _took(folder: Path, known: Facts) -> dict[str, Any]:
    asked = [each for each in known.history.asked.values() if each.purpose == "search"]
    root = _root(known)
    evaluations = sum(each.job == "evaluate" and bool(each.agent != root or each.repeat) for each in asked)
    told = {**search_facts(folder, known), "agents": len(known.history.born), "evaluations": evaluations}
    return {key: told[key] for key in TOOK}


def _root(known: Facts) -> AgentId:
    return next(iter(known.history.born))


def _over(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    facts = _mean("rate", [one["resolved"] / one["n"] for one in rows])
    if "only_it" in rows[0]:
        facts |= _mean("difference", [(one["only_it"] - one["only_first"]) / one["n"] for one in rows])
    taken = {key: [one[key] for one in rows] for key in TOOK if key in rows[0]}
    return facts | {key: round(sum(those) / len(those), 1) for key, those in taken.items()}


def _mean(name: str, values: Sequence[float]) -> dict[str, Any]:
    numbers = np.array(values)
    bounds = mean_interval(numbers, LEVEL) if len(values) > 1 else None
    return {
        name: round(float(numbers.mean()), 4),
        f"{name}_interval": None if bounds is None else [round(bound, 4) for bound in bounds],
    }
