"""`phylo`: exact sums against brute force, what outcomes teach it, and that only the view counts."""

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import PCG64, Generator

from dgm.jobs import Evaluate, Expand
from dgm.policy import POLICIES, Settings
from dgm.policy.base import Choice, Outcomes, Recommendation, View
from dgm.policy.phylo import prior
from dgm.policy.phylo.beliefs import CHAIN, GROWTH, LEAST, Beliefs, fitted_counts
from dgm.policy.phylo.fit import _DIFFICULTIES, _SLIP, _SPREADS, Fit, _log_priors, fit
from dgm.policy.phylo.policy import Phylo
from dgm.policy.phylo.prior import GRID, root_prior, unit
from dgm.policy.phylo.tree import Levels, Steps, up_down
from dgm.policy.phylo.worth import BATCHES, of_attempts, of_child
from dgm.simulate import Game
from dgm.simulation.families import world
from tests.search.test_search import new_search, play
from tests.search.world import World


@settings(max_examples=12, deadline=None)
@given(st.data(), st.integers(0, 2**32 - 1))
def test_the_tree_is_summed_exactly(data: st.DataObject, seed: int) -> None:
    size, kinds, drifts, points = data.draw(st.integers(1, 4)), 2, 2, 3
    parent = np.array([0] + [data.draw(st.integers(0, agent - 1)) for agent in range(1, size)])
    rng = Generator(PCG64(seed))
    steps = Steps(
        rng.dirichlet(np.ones(points), (kinds, drifts, points)),
        rng.dirichlet(np.ones(drifts), (kinds, drifts)),
    )
    root = rng.dirichlet(np.ones(drifts * points), kinds).reshape(kinds, drifts, points)
    likelihood = rng.random((size, points))
    states, evidence = up_down(Levels.of(parent), root, steps, likelihood)
    every = list(itertools.product(range(drifts), range(points)))
    for kind in range(kinds):
        weight = np.zeros((size, drifts, points))
        for of in itertools.product(every, repeat=size):
            p = float(np.prod([likelihood[agent, g] for agent, (_, g) in enumerate(of)])) * root[kind][of[0]]
            for agent in range(1, size):
                (d, g), (e, h) = of[parent[agent]], of[agent]
                p *= steps.drift[kind, d, e] * steps.ability[kind, d, g, h]
            for agent, state in enumerate(of):
                weight[agent][state] += p
        total = weight[0].sum()
        assert np.allclose(states[:, kind], weight / total)
        assert evidence[kind] == pytest.approx(np.log(total))


def test_a_parent_of_many_children_does_not_underflow() -> None:
    parent = np.zeros(400, dtype=np.intp)
    outcomes = table(np.tile([[0, 0, 0, 1]], (400, 1)))
    told = fit(parent, 4, outcomes)
    assert np.isfinite(told.ability).all()
    assert told.ability.sum(axis=1) == pytest.approx(np.ones(400))


def table(resolved: np.ndarray, met: np.ndarray | None = None) -> Outcomes:
    """The outcomes of a matrix `[agent, task]`, where `met`."""
    agent, task = np.nonzero(np.ones_like(resolved) if met is None else met)
    columns = (agent, task, resolved[agent, task])
    return Outcomes(*(column.astype(np.int32) for column in columns))


def skill(told: Fit) -> np.ndarray:
    return np.asarray(told.ability @ told.skill)


def test_hard_tasks_are_no_disgrace() -> None:
    """Two agents resolve as many; one of them met the tasks that others fail at."""
    resolved, met = np.zeros((12, 20), dtype=int), np.ones((12, 20), dtype=bool)
    resolved[:10, :10] = 1
    met[10, 10:] = met[11, :10] = False
    resolved[10, :5] = resolved[11, 10:15] = 1
    told = skill(fit(np.zeros(12, dtype=np.intp), 20, table(resolved, met)))
    assert told[11] > told[10] + 0.1


def test_several_attempts_at_a_task_tell_less_than_as_many_tasks() -> None:
    """Of one agent, whose tasks tell nothing of each other, the sum is exact."""
    rng = Generator(PCG64(0))
    rounds = np.repeat(np.arange(36), 5)
    resolved = (rng.random(36) < 0.4).astype(np.int32)[rounds]
    told = fit(
        np.zeros(1, dtype=np.intp), 36, Outcomes(np.zeros_like(resolved), rounds.astype(np.int32), resolved)
    )
    spread = int(np.abs(_SPREADS - told.difficulty_sd).argmin())
    difficulty = np.exp(_log_priors()[0][spread])
    ability = GRID[:, None] * unit(told.difficulty_sd)
    rate = _SLIP + (1 - 2 * _SLIP) / (1 + np.exp(_DIFFICULTIES - ability))
    each = [np.log((rate**5 if won else (1 - rate) ** 5) @ difficulty) for won in resolved[::5]]
    exact = root_prior()[0].sum(axis=0) * np.exp(np.sum(each, axis=0) - np.max(np.sum(each, axis=0)))
    assert told.ability[0] == pytest.approx(exact / exact.sum(), abs=1e-6)


def test_outcomes_told_again_go_on_from_a_fit_to_the_first_of_them() -> None:
    rng = Generator(PCG64(0))
    resolved = (rng.random((6, 20)) < 0.5).astype(int)
    first = table(resolved)
    both = Outcomes(*(np.concatenate([row, row]) for row in (first.agent, first.task, first.resolved)))
    parent = np.array([0, 0, 0, 1, 1, 2])
    warm = fit(parent, 20, both, fit(parent, 20, first))
    assert skill(warm) == pytest.approx(skill(fit(parent, 20, both)), abs=0.02)


def test_children_are_thought_like_their_parents_until_they_show_it() -> None:
    resolved, met = np.zeros((4, 30), dtype=int), np.zeros((4, 30), dtype=bool)
    met[:2] = True
    met[2:, :2] = True
    resolved[0, :10] = resolved[1, :25] = 1
    told = skill(fit(np.array([0, 0, 0, 1]), 30, table(resolved, met)))
    assert told[1] > told[3] > told[2]


@pytest.mark.parametrize("sd", [0.3, 6.0])
def test_the_spread_of_difficulties_is_found(sd: float) -> None:
    rng = Generator(PCG64(1))
    ability, difficulty = rng.normal(size=30)[:, None], sd * rng.normal(size=40)
    resolved = (rng.random((30, 40)) < 1 / (1 + np.exp(difficulty - ability))).astype(int)
    found = fit(np.zeros(30, dtype=np.intp), 40, table(resolved)).difficulty_sd
    assert sd / 1.8 < found < max(sd * 1.8, 0.8)


@given(st.integers(0, 300_000))
def test_fits_are_made_at_fixed_counts(told: int) -> None:
    counts = fitted_counts(told)
    assert counts == sorted(set(counts))
    assert 1 <= len(counts) <= CHAIN
    assert counts[-1] <= told < max(counts[-1] + LEAST, counts[-1] * GROWTH + 1)


@pytest.mark.parametrize("workers", [1, 4])
def test_who_sees_a_search_for_the_first_time_believes_the_same(workers: int) -> None:
    class Doubted:
        """`phylo`, held against a fresh instance whenever it is asked."""

        name, asked = "doubted", 0

        def __init__(self) -> None:
            self.policy = Phylo()

        def choose(self, view: View, rng: Generator) -> Choice | None:
            self.asked += 1
            state = rng.bit_generator.state
            chosen = self.policy.choose(view, rng)
            if self.asked % 23 == 0:
                rng.bit_generator.state = state
                assert Phylo().choose(view, rng) == chosen
                assert Phylo().champion(view) == self.policy.champion(view)
            return chosen

        def finish(self, view: View) -> Choice | None:
            chosen = self.policy.finish(view)
            assert Phylo().finish(view) == chosen
            return chosen

        def champion(self, view: View) -> Recommendation:
            return self.policy.champion(view)

        def estimate(self, view: View, agent: int) -> Recommendation:
            return self.policy.estimate(view, agent)

    doubted = Doubted()
    Game(world("papers", "tuning", 0), doubted, 100, 0, workers).carry_out()
    assert doubted.asked > 92


def test_one_instance_serves_another_search_as_a_fresh_one_would() -> None:
    used, fresh = Phylo(), Phylo()
    for name in ("papers", "kata"):
        Game(world(name, "tuning", 0), used, 60, 0).carry_out()
    game = Game(world("apart", "tuning", 1), Phylo(), 60, 0)
    game.carry_out()
    view = game.search.view()
    assert used.champion(view) == fresh.champion(view)


def test_beliefs_are_distributions() -> None:
    game = Game(world("jumps", "tuning", 0), Phylo(), 80, 0)
    game.carry_out()
    beliefs = Beliefs()
    beliefs.see(game.search.view())
    for told in (beliefs.whole, beliefs.heritable):
        assert told.ability.min() >= 0
        assert told.ability.sum(axis=1) == pytest.approx(np.ones(len(game.search.agents)))
        assert (np.diff(told.below, axis=1) >= 0).all()
    for agent in range(len(game.search.agents)):
        quantiles = [beliefs.quantile(agent, q) for q in (0.0, 0.05, 0.5, 0.95, 1.0)]
        assert quantiles == sorted(quantiles)
        assert quantiles[0] >= 0
        assert quantiles[-1] <= 1
        low, high = beliefs.interval(agent, 0.9)
        assert 0 <= low < high <= 1
        assert high - low <= quantiles[3] - quantiles[1] + 1e-9


def test_whom_to_expand_is_drawn_as_if_children_took_after_their_parents() -> None:
    """Where nothing is inherited, and the evidence has not settled it yet."""
    game = Game(world("orphans", "tuning", 0), Phylo(), 150, 0)
    game.carry_out()
    beliefs, view = Beliefs(), game.search.view()
    beliefs.see(view)
    last = beliefs.fit
    kept = last.weights * prior.heritable()
    assert 0.05 < kept.sum() < 0.95
    expected = np.einsum("nkdg,k->ng", last.agents, kept / kept.sum())
    told_since = set(view.outcomes.agent[beliefs._fitted :].tolist())
    fitted = [agent for agent in range(len(last.agents)) if agent not in told_since]
    assert np.allclose(beliefs.heritable.ability[fitted], expected[fitted])
    assert np.allclose(beliefs.whole.ability[fitted], last.ability[fitted])
    assert not np.allclose(beliefs.heritable.ability[fitted], beliefs.whole.ability[fitted], atol=0.01)
    chosen = Phylo(initial=10_000).choose(view, Generator(PCG64(0)))
    assert chosen is not None
    for candidate in chosen.why["candidates"]:
        told = beliefs.heritable.ability[candidate["agent"]] @ last.skill
        assert candidate["skill"] == pytest.approx(told, abs=1e-6)


def test_settings_reach_the_policy() -> None:
    policy = POLICIES["phylo"](
        Settings(alpha=0.1, phylo_alpha=0.7, initial_expansions=3, expansion_cost=10.0, phylo_haste=0.5)
    )
    assert policy == Phylo(0.7, initial=3, price=10.0, haste=0.5)
    assert POLICIES["phylo"](Settings()) == Phylo()


def test_children_to_come_lower_a_parents_draw() -> None:
    search = new_search("phylo")
    play(search, World(search), steps=18)
    view = search.view()
    parents = []
    for expanding in (view.expanding, np.where(np.arange(len(view.agents)) == 0, 400, 0)):
        widened = replace(view, expansions=0, expanding=expanding)
        jobs = [Phylo().choose(widened, Generator(PCG64(draw))) for draw in range(30)]
        parents.append(sum(job is not None and job.job.parent == view.agents[0] for job in jobs))  # type: ignore[union-attr]
    assert parents[1] < parents[0]


def seen(**changed: Any) -> tuple[View, Choice]:
    """A search in the middle, as changed, and what `phylo` chooses."""
    game = Game(world("papers", "tuning", 0), Phylo(), 60, 0)
    game.carry_out()
    view = replace(game.search.view(), evaluations=100, evaluations_left=100, **changed)
    chosen = Phylo().choose(view, Generator(PCG64(0)))
    assert chosen is not None
    return view, chosen


@pytest.mark.parametrize(
    ("expansions", "under_way", "asked"),
    [
        (10, 0, "least"),  # 100 ** 0.5 = 10
        (11, 0, "child"),
        (21, 15, "least"),  # 1 + 0.08 * 14 = 2.12 times as many
        (22, 15, "child"),
        (39, 0, "child"),  # 100 ** 0.8 = 39.8
        (40, 0, "most"),
        (40, 1, "most"),
        (46, 3, "child"),
        (47, 3, "most"),
        (84, 15, "child"),
        (85, 15, "most"),
        (84, 255, "child"),
        (85, 255, "most"),
    ],
)
def test_the_tree_is_held_between_two_schedules(expansions: int, under_way: int, asked: str) -> None:
    _, chosen = seen(expansions=expansions, under_way=under_way)
    assert ("child" in chosen.why) == (asked == "child")
    if asked != "child":
        assert isinstance(chosen.job, Expand if asked == "least" else Evaluate)


@pytest.mark.parametrize(("expansions", "asked"), [(5, Expand), (6, None), (19, None), (20, Evaluate)])
def test_dear_children_count_for_more(expansions: int, asked: type | None) -> None:
    view, _ = seen(expansions=expansions)
    chosen = Phylo(price=4.0).choose(view, Generator(PCG64(0)))  # 2 * 5 = 100 ** 0.5, 2 * 20 > 100 ** 0.8
    assert chosen is not None
    assert ("child" in chosen.why) == (asked is None)
    if asked is not None:
        assert isinstance(chosen.job, asked)


def test_the_tree_never_grows_faster_than_the_schedule_that_was_set() -> None:
    view, _ = seen(expansions=5)
    chosen = Phylo(alpha=0.3).choose(view, Generator(PCG64(0)))  # 100 ** 0.3 = 3.98
    assert chosen is not None
    assert isinstance(chosen.job, Evaluate)


def test_between_the_schedules_the_worth_decides() -> None:
    view, chosen = seen(expansions=20)
    child, attempt = chosen.why["child"], chosen.why["attempt"]
    assert isinstance(chosen.job, Expand) == (child >= attempt)
    dear = Phylo(alpha=3.0, price=1e9).choose(view, Generator(PCG64(0)))
    assert dear is not None
    assert isinstance(dear.job, Evaluate)
    assert dear.why["child"] < 1e-6 * child
    assert dear.why["attempt"] == attempt == dear.why["candidates"][0]["worth"]
    eager = Phylo(least=0.01, haste=1e12).choose(replace(view, under_way=15), Generator(PCG64(0)))
    assert eager is not None
    assert isinstance(eager.job, Expand)
    _, hurried = seen(expansions=40, under_way=15)
    assert hurried.why["child"] == pytest.approx(2.12 * child, rel=1e-4)


def test_the_end_goes_to_what_is_worth_most() -> None:
    view, _ = seen()
    last, attempt = Phylo().finish(view), Phylo(alpha=0.01, initial=0).choose(view, Generator(PCG64(0)))
    assert last is not None
    assert attempt is not None
    assert isinstance(last.job, Evaluate)
    assert last.job == attempt.job
    assert last.why["candidates"] == attempt.why["candidates"]
    done = replace(view, untried_count=np.zeros_like(view.untried_count))
    assert Phylo().finish(done) is None


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 0.99), st.floats(0.01, 0.3), st.floats(0.01, 0.99), st.integers(1, 60))
def test_the_worth_of_an_attempt_is_what_it_is_expected_to_add(
    mean: float, sd: float, best: float, untried: int
) -> None:
    """Against draws of what a batch may tell, for each batch that may be asked."""
    noise = max(mean * (1 - mean), 0.01) * 0.8
    draws = Generator(PCG64(0)).standard_normal(200_000)
    worths = []
    for batch in {min(size, untried) for size in BATCHES.tolist()}:
        after = mean + draws * sd * np.sqrt(sd**2 / (sd**2 + noise / batch))
        gain = np.maximum(after, best).mean() - max(after.mean(), best)
        worths.append(gain / batch)
    nobody, left = np.zeros(2, dtype=np.int64), np.array([untried, 60])
    found = of_attempts(np.array([mean, best]), np.array([sd, 0.0]), nobody, left)
    assert found[0] == pytest.approx(max(worths), rel=0.1, abs=2e-5)
    assert found[1] < 1e-6  # Nothing is left to find out.


def test_an_attempt_is_worth_less_the_more_is_known_or_to_come() -> None:
    mean, left, nobody = np.full(3, 0.4), np.full(3, 60), np.zeros(3, dtype=np.int64)
    worths = of_attempts(mean, np.array([0.15, 0.1, 0.05]), nobody, left)
    assert worths[0] > worths[1] > worths[2] > 0
    waiting = of_attempts(mean, np.full(3, 0.1), np.array([0, 1, 8]), left)
    assert waiting[0] > 2 * waiting[1] > 4 * waiting[2] > 0
    assert of_attempts(mean[:1], np.array([0.1]), nobody[:1], left[:1])[0] > 0


def test_a_child_is_worth_less_the_dearer_it_is_and_the_better_the_best_is() -> None:
    assert of_child(0.4, 0.1, 0.4, 1.0, 60) > of_child(0.4, 0.1, 0.4, 10.0, 60) > 0
    assert (
        of_child(0.5, 0.1, 0.4, 1.0, 60) > of_child(0.4, 0.1, 0.4, 1.0, 60) > of_child(0.4, 0.1, 0.6, 1.0, 60)
    )
    assert of_child(0.4, 0.1, 0.4, 10.0, 60) > of_child(0.4, 0.1, 0.4, 10.0, 3) > 0


def test_a_child_is_thought_a_little_below_its_parent_and_less_certain() -> None:
    game = Game(world("papers", "tuning", 0), Phylo(), 150, 0)
    game.carry_out()
    beliefs = Beliefs()
    beliefs.see(game.search.view())
    levels = beliefs.fit.skill
    for agent in (0, len(beliefs.fit.agents) - 1):
        ability = beliefs.fit.ability[agent]
        mean, sd = beliefs.skill_of_child(agent)
        assert 0 < mean < ability @ levels
        assert sd > np.sqrt(ability @ levels**2 - (ability @ levels) ** 2)
    newborn = len(beliefs.fit.agents)
    view = game.search.view()
    beliefs.see(replace(view, parents=[*view.parents[:newborn], (0,)]))
    assert 0 < beliefs.skill_of_child(newborn)[0] < beliefs.skill_of_child(0)[0]


def test_pairs_set_aside_count_against_the_champion() -> None:
    search = new_search("phylo")
    play(search, World(search), steps=30)
    view = search.view()
    before = Phylo().champion(view)
    index = view.agents.index(before.agent)
    aside = np.zeros(len(view.agents), dtype=np.int64)
    aside[index] = 100
    assert Phylo().champion(replace(view, set_aside=aside)).agent != before.agent
