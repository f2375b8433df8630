"""Champion against seed on the held-out tasks, as plain facts and as a block in the terminal."""

import tomllib
from collections.abc import Mapping
from typing import Any

from rich.text import Text

from archive.base import Archive
from archive.events import AgentId, Failed, Scored, TaskId, Usage
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
    counts = {"both": 0, "only_champion": 0, "only_seed": 0, "neither": 0}
    for task in tasks:
        match _resolved(ours[task]), _resolved(theirs[task]):
            case True, other:
                counts["both" if other else "only_champion"] += 1
            case _, other:
                counts["only_seed" if other else "neither"] += 1
    paired = Paired(*counts.values())
    discordance = _stated_discordance(archive, history)
    least = smallest_detectable(paired.n, discordance)
    return {
        "champion": champion,
        "seed": seed,
        "n": paired.n,
        "resolved": dict(zip(("champion", "seed"), paired.resolved, strict=True)),
        "counts": counts,
        "set_aside": {
            name: sum(isinstance(ends[task], Failed) for task in tasks)
            for name, ends in (("champion", ours), ("seed", theirs))
        },
        "difference": round(paired.difference, 4),
        "interval": [round(bound, 4) for bound in paired.interval()],
        "mcnemar_p": paired.mcnemar(),
        "discordance": discordance,
        "smallest_detectable": None if least is None else round(least, 4),
        **_worth({"champion": [ours[task] for task in tasks], "seed": [theirs[task] for task in tasks]}),
    }


def held_out(history: History, agent: AgentId) -> dict[TaskId, Scored | Failed]:
    """What became of the agent's first attempt at each held-out task."""
    ended: dict[TaskId, Scored | Failed] = {}
    for ticket, asked in history.asked.items():
        if asked.purpose == "held_out" and asked.agent == agent and asked.task and not asked.repeat:
            end = history.scored.get(ticket) or history.failed.get(ticket)
            if end is not None:
                ended[asked.task] = end
    return ended


def comparison_view(facts: Mapping[str, Any]) -> list[Text]:
    """Draw what `comparison` says."""
    low, high = facts["interval"]
    counts, least = facts["counts"], facts["smallest_detectable"]
    seen = "no difference, however large" if least is None else f"a difference of {least:.2f} or more"
    headline = (
        f"champion - seed: {facts['difference']:+.3f}, 95 % interval [{low:+.3f}, {high:+.3f}], "
        f"n = {facts['n']} held-out tasks (Newcombe, paired)"
    )
    pairs = (
        f"both {counts['both']}, champion alone {counts['only_champion']}, seed alone {counts['only_seed']}, "
        f"neither {counts['neither']}; exact McNemar p = {facts['mcnemar_p']:.2g}"
    )
    sight = f"power 0.8 for {seen}, at the discordance {facts['discordance']:.2f} stated before the run"
    lines = [pairs, sight]
    for unit, key in (("dollar", "resolved_per_usd"), ("million tokens", "resolved_per_million_tokens")):
        worth = facts[key]
        if any(value is not None for value in worth.values()):
            said = ", ".join(
                f"{name} {'-' if value is None else f'{value:.3g}'}" for name, value in worth.items()
            )
            lines.append(f"resolved per {unit}: {said}")
    aside = facts["set_aside"]
    if any(aside.values()):
        lines.append(f"set aside, counted as unresolved: champion {aside['champion']}, seed {aside['seed']}")
    return [Text(headline, style="bold"), *(Text(f"  {line}") for line in lines)]


def _resolved(end: Scored | Failed) -> bool:
    return isinstance(end, Scored) and end.verdict == "resolved"


def _worth(ends: Mapping[str, list[Scored | Failed]]) -> dict[str, dict[str, float | None]]:
    per_usd, per_tokens = {}, {}
    for name, those in ends.items():
        resolved = sum(_resolved(end) for end in those)
        usage = sum((end.usage for end in those), Usage())
        per_usd[name] = _ratio(resolved * 1e6, usage.micro_usd)
        per_tokens[name] = _ratio(resolved * 1e6, usage.tokens_in + usage.tokens_out)
    return {"resolved_per_usd": per_usd, "resolved_per_million_tokens": per_tokens}


def _ratio(what: float, cost: int) -> float | None:
    return round(what / cost, 6) if cost else None


def _stated_discordance(archive: Archive, history: History) -> float:
    """As it was set when the run started, whatever a later `resume` says."""
    said: Mapping[str, Any] = {}
    if history.started is not None:
        said = tomllib.loads(archive.blob(history.started.config).decode()).get("report", {})
    return ReportSection.model_validate(said).discordance
