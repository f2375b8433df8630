"""The seed at the champion's cost: how many attempts at a task that pays for."""

from collections.abc import Collection, Iterable
from statistics import mean

from archive.events import Usage

MOST_ATTEMPTS = 8


def attempts_at_equal_cost(champion: Collection[Usage], seed: Collection[Usage]) -> int:
    """How many attempts of the seed cost as much as one of the champion, rounded, 1..8.

    Cost is dollars an attempt, or tokens where an attempt of either cost no dollars; 1 where it is unknown.
    """
    for cost in (_dollars, _tokens):
        ours, theirs = _mean(map(cost, champion)), _mean(map(cost, seed))
        if ours and theirs:
            return max(1, min(MOST_ATTEMPTS, round(ours / theirs)))
    return 1


def _mean(costs: Iterable[int]) -> float:
    known = list(costs)
    return mean(known) if known else 0.0


def _dollars(usage: Usage) -> int:
    return usage.micro_usd


def _tokens(usage: Usage) -> int:
    return usage.tokens
