"""Clade tallies against recomputation by recursion, and their own invariants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.clades import Clades, cmp_estimate


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[list[int]], list[tuple[int, bool]]]:
    size = draw(st.integers(1, 12))
    parents: list[list[int]] = [[]]
    for index in range(1, size):
        parents.append(draw(st.lists(st.integers(0, index - 1), min_size=1, max_size=2, unique=True)))
    outcomes = draw(st.lists(st.tuples(st.integers(0, size - 1), st.booleans()), max_size=30))
    return parents, outcomes


def descendants(parents: list[list[int]], agent: int) -> set[int]:
    found = {agent}
    for index in range(agent + 1, len(parents)):
        if found & set(parents[index]):
            found.add(index)
    return found


@given(histories())
def test_clades_equal_recomputation(history: tuple[list[list[int]], list[tuple[int, bool]]]) -> None:
    parents, outcomes = history
    clades = Clades()
    for those in parents:
        clades.add(those)
    for agent, resolved in outcomes:
        clades.count(agent, resolved=resolved)
    for agent in range(len(parents)):
        clade = descendants(parents, agent)
        for wanted, own, pooled in (
            (True, clades.own.resolved, clades.clade.resolved),
            (False, clades.own.unresolved, clades.clade.unresolved),
        ):
            assert own[agent] == sum(a == agent and r == wanted for a, r in outcomes)
            assert pooled[agent] == sum(a in clade and r == wanted for a, r in outcomes)


def test_a_result_touches_only_its_ancestors() -> None:
    clades = Clades()
    for those in ([], [0], [0], [1]):
        clades.add(those)
    before = clades.clade.attempted.copy()
    clades.count(3, resolved=True)
    assert list(np.flatnonzero(clades.clade.attempted - before)) == [0, 1, 3]


def test_a_merge_counts_once_in_a_common_ancestor() -> None:
    clades = Clades()
    for those in ([], [0], [0], [1, 2]):
        clades.add(those)
    clades.count(3, resolved=True)
    assert list(clades.clade.resolved) == [1, 1, 1, 1]


def test_tallies_are_read_only() -> None:
    clades = Clades()
    clades.add([])
    with pytest.raises(ValueError, match="read-only"):
        clades.own.resolved[0] = 5
    with pytest.raises(IndexError):
        clades.add([7])


def test_cmp_is_the_posterior_mean_of_the_clade() -> None:
    clades = Clades()
    clades.add([])
    clades.add([0])
    clades.count(0, resolved=False)
    clades.count(1, resolved=True)
    clades.count(1, resolved=True)
    assert cmp_estimate(clades.clade).tolist() == [3 / 5, 3 / 4]
