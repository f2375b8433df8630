"""Champion against seed on the held-out tasks, as plain facts; `comparison_view` draws them."""

import json
import tomllib
from collections.abc import Collection, Mapping
from typing import Any

from archive.base import Archive
from archive.events import AgentId, Failed, Scored, TaskId, Usage
from dgm.best_of import attempts_at_equal_cost
from dgm.config import ReportSection
from dgm.history import History
from dgm.paired import Paired, smallest_detectable

_Ends = Mapping[TaskId, Scored | Failed]


def comparison(archive: Archive, history: History, champion: AgentId | None) -> dict[str, Any] | None:
    """Both agents on the tasks that both have met; None while there are none, or only one agent.

    A pair set aside (its ticket failed for a reason of ours) counts as unresolved, and is counted. Rates are
    shares of `n`; what an agent resolved per dollar is None where it cost nothing.
    """
    seed = next(iter(history.born), None)
    if champion is None or seed is None or champion == seed:
        return None
    ours, theirs = held_out(history, champion), held_out(history, seed)
    tasks = [task for task in ours if task in theirs]
    if not tasks:
        return None
    discordance = _stated_discordance(archive, history)
    least = smallest_detectable(len(tasks), discordance)
    return {
        "champion": champion,
        "seed": seed,
        "n": len(tasks),
        **_paired(tasks, ours, theirs),
        "set_aside": {
            name: sum(isinstance(ends[task], Failed) for task in tasks)
            for name, ends in (("champion", ours), ("seed", theirs))
        },
        "discordance": discordance,
        "smallest_detectable": None if least is None else round(least, 4),
        **_worth(
            {"champion": {task: ours[task] for task in tasks}, "seed": {task: theirs[task] for task in tasks}}
        ),
        "equal_cost": _equal_cost(archive, history, seed, tasks, ours),
    }


def held_out(history: History, agent: AgentId, repeat: int = 0) -> dict[TaskId, Scored | Failed]:
    """What became of the agent's attempt number `repeat` at each held-out task."""
    ended: dict[TaskId, Scored | Failed] = {}
    for ticket, asked in history.asked.items():
        if asked.purpose == "held_out" and (asked.agent, asked.repeat) == (agent, repeat) and asked.task:
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


def _equal_cost(
    archive: Archive, history: History, seed: AgentId, tasks: Collection[TaskId], ours: _Ends
) -> dict[str, Any]:
    """The champion against the best, by visible tests, of as many attempts of the seed as cost the same."""
    tries = [held_out(history, seed)]
    attempts = attempts_at_equal_cost(_usages(ours), _usages(tries[0]))
    tries += [held_out(history, seed, repeat) for repeat in range(1, attempts)]
    chosen = {}
    for task in tasks:
        those = [end for ends in tries if isinstance(end := ends.get(task), Scored)]
        if those:  # max keeps the first of equals.
            chosen[task] = max(those, key=lambda scored: _visible_passed(archive, scored))
    missing = sum(task not in ends for ends in tries for task in tasks)
    return {"attempts": attempts, "missing": missing, **_paired(tasks, ours, chosen)}


def _paired(tasks: Collection[TaskId], ours: _Ends, theirs: _Ends) -> dict[str, Any]:
    paired = Paired.of(tasks, resolved(ours), resolved(theirs))
    return {
        "resolved": dict(zip(("champion", "seed"), paired.resolved, strict=True)),
        "counts": {
            "both": paired.both,
            "only_champion": paired.only_a,
            "only_seed": paired.only_b,
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


def _stated_discordance(archive: Archive, history: History) -> float:
    """As it was set when the run started, whatever a later `resume` says."""
    said: Mapping[str, Any] = {}
    if history.started is not None:
        said = tomllib.loads(archive.blob(history.started.config).decode()).get("report", {})
    return ReportSection.model_validate(said).discordance
