"""What is made of plays: curves, the level reached, Holm's lower ends, quality at equal cost."""

import numpy as np
import pytest

from dgm.bootstrap import mean_interval
from dgm.simulate import Result
from dgm.simulation.figures import at_cost, curves, paired, reached, speed, spent


def result(skills: list[float], expansions: list[int]) -> Result:
    trace = tuple((25 * (n + 1), skill) for n, skill in enumerate(skills))
    return Result(0, skills[-1], 1.0, 3, trace, tuple(expansions), 0.5, (0.4, 0.6))


def test_what_ended_sooner_keeps_its_last_quality() -> None:
    found = curves([result([0.1, 0.2], [1, 2]), result([0.1, 0.2, 0.3, 0.4], [1, 2, 3, 4])], 100)
    assert found.tolist() == [[0.1, 0.2, 0.2, 0.2], [0.1, 0.2, 0.3, 0.4]]


def test_a_level_is_reached_where_the_curve_stays_above() -> None:
    assert reached(np.array([0.1, 0.5, 0.2, 0.5, 0.6]), 0.5) == 100
    assert reached(np.array([0.5, 0.5]), 0.5) == 25
    assert reached(np.array([0.5, 0.4]), 0.5) is None


def test_speed_of_a_policy_against_itself_is_one_and_of_a_faster_one_a_half() -> None:
    slow = np.tile(np.linspace(0.025, 0.8, 32), (5, 1))
    fast = np.minimum(0.8, slow * 2)
    assert speed({"a": slow}, {"a": slow})[0] == 1
    share, (low, high) = speed({"a": fast, "b": fast}, {"a": slow, "b": slow})
    assert low == high == share == 0.5
    assert speed({"a": slow / 2}, {"a": slow})[0] == 2


def test_holm_holds_the_family_error() -> None:
    """With 20 cells of no difference but the margin, some lower end passes it in about 5 % of contests."""
    rng = np.random.Generator(np.random.PCG64(0))
    wrong = 0
    for _ in range(300):
        cells = {("f", n): rng.normal(-0.01, 0.1, size=15) for n in range(20)}
        told = paired(cells)
        wrong += any(cell.not_inferior for cell in told.values())
        assert all(cell.lower < cell.mean for cell in told.values())
    assert wrong / 300 == pytest.approx(0.05, abs=0.035)


def test_after_a_cell_that_is_not_shown_none_is() -> None:
    rng = np.random.Generator(np.random.PCG64(0))
    shown = []
    for _ in range(300):
        cells = {("f", n): rng.normal(0.0, 0.02, size=15) for n in range(8)}
        told = paired(cells)
        order = sorted(cells, key=lambda cell: -(cells[cell].mean() + 0.01) / cells[cell].std(ddof=1))
        states = [told[cell].not_inferior for cell in order]
        assert states == sorted(states, reverse=True)
        shown.append(sum(states))
    assert {0, 8} < set(shown)


def test_at_equal_cost_expansions_count() -> None:
    played = result([0.1, 0.2, 0.3], [1, 5, 9])
    assert spent(played, 10.0) == [35.0, 100.0, 165.0]
    found = at_cost([played] * 5, 10.0, np.array([30.0, 35.0, 67.5, 100.0, 1000.0]))
    assert found == pytest.approx([0.1, 0.1, 0.15, 0.2, 0.3])


def test_the_interval_of_a_mean_holds_it() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    held = 0
    for _ in range(200):
        low, high = mean_interval(rng.normal(size=30))
        held += low <= 0 <= high
    assert held / 200 == pytest.approx(0.88, abs=0.07)
