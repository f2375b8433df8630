"""Paired statistics against published examples, their own symmetries, and simulation."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.paired import Paired, power, smallest_detectable, wilson

counts = st.tuples(*[st.integers(0, 60)] * 4).filter(any)


@pytest.mark.parametrize(
    ("table", "difference", "interval"),
    [
        # Cavo et al. 2012 and Bentur et al. 2009, in Fagerland, Lydersen and Laake 2014.
        ((59, 6, 16, 80), -0.0621, (-0.1186, -0.0046)),
        ((1, 1, 7, 12), -0.286, (-0.507, -0.026)),
        # Newcombe 1998, table II.
        ((20, 12, 2, 16), 0.2, (0.0562, 0.3292)),
    ],
)
def test_published_intervals(
    table: tuple[int, int, int, int], difference: float, interval: tuple[float, float]
) -> None:
    paired = Paired(*table)
    assert paired.difference == pytest.approx(difference, abs=5e-4)
    assert paired.interval() == pytest.approx(interval, abs=5e-4)


def test_wilson_as_published() -> None:
    # Newcombe 1998 (Stat Med 17:857), table I: 81 of 263 and 15 of 148 and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_mcnemar_by_hand() -> None:
    assert Paired(14, 5, 0, 22).mcnemar() == 2 / 32
    assert Paired(3, 8, 2, 9).mcnemar() == pytest.approx(2 * (1 + 10 + 45) / 1024)
    assert Paired(3, 4, 4, 9).mcnemar() == Paired(1, 0, 0, 0).mcnemar() == 1.0


def test_tasks_are_counted_by_who_resolved_them() -> None:
    assert Paired.of("abcdef", ["a", "b", "c", "not met"], {"c", "d"}) == Paired(1, 2, 1, 2)


@given(counts)
def test_the_interval_holds_the_point_and_turns_with_the_agents(table: tuple[int, int, int, int]) -> None:
    both, a, b, neither = table
    paired, turned = Paired(both, a, b, neither), Paired(both, b, a, neither)
    low, high = paired.interval()
    assert -1 <= low <= paired.difference <= high <= 1
    assert turned.interval() == pytest.approx((-high, -low))
    assert turned.mcnemar() == paired.mcnemar()
    assert Paired(neither, a, b, both).interval() == pytest.approx((low, high))


@given(counts, st.integers(2, 5))
def test_more_of_the_same_is_narrower(table: tuple[int, int, int, int], times: int) -> None:
    (low, high), (lower, higher) = (
        Paired(*table).interval(),
        Paired(*(times * c for c in table)).interval(),
    )
    assert higher - lower < high - low


@pytest.mark.parametrize("chances", [(0.3, 0.2, 0.05, 0.45), (0.1, 0.05, 0.05, 0.8), (0.1, 0.4, 0.1, 0.4)])
@pytest.mark.parametrize(("n", "most"), [(16, 1.0), (60, 0.985)])
def test_coverage(chances: tuple[float, ...], n: int, most: float) -> None:
    """Near 95 %; with few discordant tasks the interval is on the safe side."""
    truth = chances[1] - chances[2]
    drawn = np.random.default_rng(20250522).multinomial(n, chances, size=2000)
    intervals = [Paired(*map(int, table)).interval() for table in drawn]
    assert 0.93 <= np.mean([low <= truth <= high for low, high in intervals]) <= most


def test_power_by_hand_and_by_simulation() -> None:
    # Ten tasks, all discordant: significant from nine on, p = 22 / 1024.
    for share in (0.6, 0.917):
        by_hand = sum(comb(10, k) * share**k * (1 - share) ** (10 - k) for k in (9, 10))
        assert power(10, 1.0, 2 * share - 1) == pytest.approx(by_hand)
    n, a, b = 60, 0.25, 0.05
    drawn = np.random.default_rng(7).multinomial(n, (a, b, 1 - a - b), size=2000)
    found = [Paired(0, int(x), int(y), int(rest)).mcnemar() <= 0.05 and x > y for x, y, rest in drawn]
    assert np.mean(found) == pytest.approx(power(n, a + b, a - b), abs=0.03)


def test_what_can_be_detected() -> None:
    assert smallest_detectable(10, 0.25) is None
    found = [smallest_detectable(n, 0.25) for n in (36, 60, 100, 400)]
    assert found == sorted(found, key=lambda each: -(each or 0))
    for n, least in zip((36, 60, 100, 400), found, strict=True):
        assert least is not None
        assert power(n, 0.25, least) == pytest.approx(0.8, abs=1e-6)
    # Fewer discordant tasks are less noise: the same difference is then easier to see.
    assert (smallest_detectable(100, 0.2) or 1) < (smallest_detectable(100, 0.6) or 0)


def test_no_pairs_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="no counts"):
        Paired(0, 0, 0, 0)
