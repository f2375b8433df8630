"""How many attempts cost as much as one of the champion's."""

import pytest

from archive.events import Usage
from dgm.best_of import attempts_at_equal_cost


def tokens(*each: int) -> list[Usage]:
    return [Usage(1, count - 10, 10) for count in each]


@pytest.mark.parametrize(
    ("champion", "seed", "attempts"),
    [
        (tokens(1000, 3000), tokens(1000, 1000), 2),
        (tokens(2600), tokens(1000), 3),
        (tokens(500), tokens(1000), 1),
        (tokens(1400), tokens(1000), 1),
        (tokens(90_000), tokens(1000), 8),
        # The mean of what was measured: a pair set aside has no cost.
        (tokens(3000), tokens(1000, 1000, 1000), 3),
        ([], tokens(1000), 1),
        (tokens(3000), [Usage()], 1),
        # Dollars, where every attempt was paid for; else tokens.
        ([Usage(1, 100, 0, 40)], [Usage(1, 100, 0, 10)], 4),
        ([Usage(1, 100, 0, 40)], [Usage(1, 50, 0, 0)], 2),
    ],
)
def test_attempts(champion: list[Usage], seed: list[Usage], attempts: int) -> None:
    assert attempts_at_equal_cost(champion, seed) == attempts
