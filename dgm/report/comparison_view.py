"""Two agents side by side in the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text


def comparison_view(facts: Mapping[str, Any]) -> list[Text]:
    """Draw what `versus` says, and `comparison`."""
    low, high = facts["interval"]
    counts, least = facts["counts"], facts["smallest_detectable"]
    one, other = facts["resolved"]
    detects = "detects no difference" if least is None else f"detects a difference of {least:.2f} or more"
    headline = (
        f"{one} - {other}: {facts['difference']:+.3f}, 95 % interval [{low:+.3f}, {high:+.3f}], "
        f"n = {facts['n']} {facts['split'].replace('_', '-')} tasks (Newcombe, paired)"
    )
    pairs = (
        f"both {counts['both']}, {one} alone {counts[f'only_{one}']}, "
        f"{other} alone {counts[f'only_{other}']}, neither {counts['neither']}; "
        f"exact McNemar p = {facts['mcnemar_p']:.2g}"
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
        told = ", ".join(f"{name} {count}" for name, count in aside.items())
        lines.append(f"set aside, counted as unresolved: {told}")
    return [Text(headline, style="bold"), *(Text(f"  {line}") for line in lines)]


def _at_equal_cost(facts: Mapping[str, Any], n: int) -> str:
    attempts, cheap = facts["attempts"], facts["best_of"]
    dear = next(name for name in facts["resolved"] if name != cheap)
    who = "the seed" if cheap == "seed" else cheap
    if attempts == 1:
        return f"at equal cost {who} has one attempt a task: its best is {who} itself, nothing more was run"
    if facts["missing"] >= (attempts - 1) * n:
        return f"nothing at equal cost: {dear} costs as much as {attempts} attempts of {cheap}, not made"
    (low, high), won = facts["interval"], facts["resolved"][cheap]
    told = (
        f"at equal cost: {who}'s best of {attempts} by visible tests resolved {won} of {n}; "
        f"{dear} - it: {facts['difference']:+.3f} [{low:+.3f}, {high:+.3f}], p = {facts['mcnemar_p']:.2g}"
    )
    return f"{told} ({facts['missing']} attempts not made)" if facts["missing"] else told
