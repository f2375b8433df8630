"""Worlds act by the truth that they tell, and luck is common to all policies."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dgm.simulation.families import FAMILIES, world
from dgm.simulation.world import Terms, TermsWorld

families = pytest.mark.parametrize("family", FAMILIES)


@families
def test_the_seed_has_the_skill_of_its_family(family: str) -> None:
    place = world(family, "tuning", 0)
    assert place.skill(0) == pytest.approx(FAMILIES[family].seed_skill, abs=0.02)


@families
def test_worlds_of_the_splits_differ_and_come_back(family: str) -> None:
    told = [
        (place.terms, [place.skill(place.birth(0)) for _ in range(5)])
        for place in (world(family, "tuning", 3), world(family, "tuning", 3), world(family, "reporting", 3))
    ]
    assert told[0] == told[1]
    assert told[0][0] != told[2][0]
    assert told[0][1] != told[2][1]


def lineage(place: TermsWorld, path: Sequence[int], known: dict[tuple[int, ...], int]) -> int:
    """The agent at `path`, with older siblings born first where need be."""
    for depth in range(1, len(path) + 1):
        parent = known[tuple(path[: depth - 1])]
        for place_among in range(path[depth - 1] + 1):
            key = (*path[: depth - 1], place_among)
            if key not in known:
                known[key] = place.birth(parent)
    return known[tuple(path)]


paths = st.lists(st.lists(st.integers(0, 2), max_size=4), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(paths, st.randoms(use_true_random=False))
def test_whoever_is_born_first_the_same_agent_is_born_with_the_same_luck(
    wanted: list[list[int]], order: object
) -> None:
    shuffled = list(wanted)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    places = [world("skills", "tuning", 1), world("skills", "tuning", 1)]
    found: list[dict[tuple[int, ...], int]] = [{(): 0}, {(): 0}]
    for place, known, sequence in zip(places, found, (wanted, shuffled), strict=True):
        for path in sequence:
            lineage(place, path, known)
    for path in wanted:
        one, other = (known[tuple(path)] for known in found)
        assert places[0].skill(one) == places[1].skill(other)
        for task in range(places[0].n_tasks):
            assert places[0].attempt(one, task) == places[1].attempt(other, task)
            assert places[0].seconds(one, task) == places[1].seconds(other, task)


def test_attempts_come_at_the_rate_that_skill_tells() -> None:
    place = TermsWorld(Terms(n_tasks=4000, seed_skill=0.3), 5)
    solved = np.mean([place.attempt(0, task) for task in range(place.n_tasks)])
    assert solved == pytest.approx(place.skill(0), abs=0.03)


def test_where_nothing_better_can_be_nothing_better_is_born() -> None:
    place = world("hopeless", "reporting", 0)
    agents = [0]
    for _ in range(60):
        agents.append(place.birth(agents[-1] if len(agents) % 3 else 0))
    assert max(map(place.skill, agents)) == place.skill(0)


def test_without_inheritance_the_parent_does_not_matter() -> None:
    terms = replace(FAMILIES["orphans"], broken=0.0)
    place = TermsWorld(terms, 3)
    best = max((place.birth(0) for _ in range(50)), key=place.skill)
    assert place.skill(best) > place.skill(0) + 0.1
    children = np.mean([place.skill(place.birth(best)) for _ in range(200)])
    assert children == pytest.approx(place.skill(0), abs=0.04)


def test_what_trades_skills_gains_nothing_by_it() -> None:
    place = TermsWorld(Terms(groups=4, exchange_sd=1.0, step=0.0, step_sd=0.0, drift_sd=0.0, broken=0.0), 3)
    children = [place.birth(0) for _ in range(40)]
    solved = [[place.attempt(child, task) for task in range(place.n_tasks)] for child in children]
    assert len({tuple(row) for row in solved}) == 40
    assert np.mean([place.skill(child) for child in children]) == pytest.approx(place.skill(0), abs=0.03)


def test_a_merge_is_as_able_at_each_kind_of_task_as_the_better_parent_and_the_same_for_everybody() -> None:
    terms = replace(FAMILIES["skills"], broken=0.0)
    places = [TermsWorld(terms, 5), TermsWorld(terms, 5)]
    told = []
    for place, born_before in zip(places, (0, 3), strict=True):
        one, other = place.birth(0), place.birth(0)
        for _ in range(born_before):
            place.birth(one)
        child = place.merge(one, other)
        assert place.skill(child) > max(place.skill(one), place.skill(other))
        told.append([place.attempt(child, task) for task in range(place.n_tasks)])
        # Nothing is gained where one parent is better at everything.
        again = place.merge(child, one)
        assert place.skill(again) == pytest.approx(place.skill(child))
    assert told[0] == told[1]
    alone = TermsWorld(replace(terms, inherited=False), 5)
    assert alone.skill(alone.merge(alone.birth(0), alone.birth(0))) == pytest.approx(alone.skill(0))
