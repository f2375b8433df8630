"""Champion against seed in the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text


def comparison_view(facts: Mapping[str, Any]) -> list[Text]:
    """Draw what `comparison` says."""
    low, high = facts["interval"]
    counts, least = facts["counts"], facts["smallest_detectable"]
    detects = "detects no difference" if least is None else f"detects a difference of {least:.2f} or more"
    headline = (
        f"champion - seed: {facts['difference']:+.3f}, 95 % interval [{low:+.3f}, {high:+.3f}], "
        f"n = {facts['n']} held-out tasks (Newcombe, paired)"
    )
    pairs = (
        f"both {counts['both']}, champion alone {counts['only_champion']}, seed alone {counts['only_seed']}, "
        f"neither {counts['neither']}; exact McNemar p = {facts['mcnemar_p']:.2g}"
    )
    sight = f"{detects} with power 0.8, at the discordance {facts['discordance']:.2f} stated before the run"
    lines = [pairs, sight]
    for unit, key in (("dollar", "resolved_per_usd"), ("million tokens", "resolved_per_million_tokens")):
        worth = facts[key]
        if any(value is not None for value in worth.values()):
            said = ", ".join(
                f"{name} {'-' if value is None else f'{value:,.4g}'}" for name, value in worth.items()
            )
            lines.append(f"resolved per {unit}: {said}")
    lines.append(_at_equal_cost(facts["equal_cost"], facts["n"]))
    aside = facts["set_aside"]
    if any(aside.values()):
        lines.append(f"set aside, counted as unresolved: champion {aside['champion']}, seed {aside['seed']}")
    return [Text(headline, style="bold"), *(Text(f"  {line}") for line in lines)]


def _at_equal_cost(facts: Mapping[str, Any], n: int) -> str:
    attempts, resolved = facts["attempts"], facts["resolved"]["seed"]
    if attempts == 1:
        return (
            "at equal cost the seed has one attempt a task: its best is the seed itself, nothing more was run"
        )
    low, high = facts["interval"]
    told = (
        f"at equal cost: the seed's best of {attempts} by visible tests resolved {resolved} of {n}; "
        f"champion - it: {facts['difference']:+.3f} [{low:+.3f}, {high:+.3f}], p = {facts['mcnemar_p']:.2g}"
    )
    return f"{told} ({facts['missing']} attempts not made)" if facts["missing"] else told
