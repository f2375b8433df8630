"""Plays: budgets and traces, workers, and that policies meet the same world."""

from collections.abc import Callable

import pytest

from dgm.policy import POLICIES, Settings
from dgm.policy.base import Choice, Policy, Recommendation, View
from dgm.simulate import TRACE_EVERY, Game, World, play
from dgm.simulation.families import world
from dgm.simulation.world import TermsWorld

policies = pytest.mark.parametrize("name", sorted(POLICIES))


class Ladder:
    """Any object with these names is a world: each child solves one task more than its parent."""

    n_tasks = 8

    def __init__(self) -> None:
        self._level = [1]

    def birth(self, parent: int) -> int:
        self._level.append(min(self.n_tasks, self._level[parent] + 1))
        return len(self._level) - 1

    def attempt(self, agent: int, task: int) -> bool:
        return task < self._level[agent]

    def skill(self, agent: int) -> float:
        return self._level[agent] / self.n_tasks


class Heard:
    """A policy's choices, kept."""

    def __init__(self, policy: Policy) -> None:
        self._policy, self.name, self.choices = policy, policy.name, list[Choice | None]()

    def choose(self, view: View, rng) -> Choice | None:  # type: ignore[no-untyped-def]
        self.choices.append(self._policy.choose(view, rng))
        return self.choices[-1]

    def finish(self, view: View) -> Choice | None:
        return self._policy.finish(view)

    def champion(self, view: View) -> Recommendation:
        return self._policy.champion(view)

    def estimate(self, view: View, agent: int) -> Recommendation:
        return self._policy.estimate(view, agent)


@policies
def test_a_play_tells_what_came_of_it(name: str) -> None:
    place = Ladder()
    result = play(place, name, 120, 0)
    assert result.champion_skill == place.skill(result.champion)
    assert result.best_skill >= result.champion_skill
    assert result.best_skill > place.skill(0)
    assert [evaluations for evaluations, _ in result.trace] == [
        TRACE_EVERY * (n + 1) for n in range(len(result.trace))
    ]
    assert len(result.trace) == len(result.expansions) <= 120 // TRACE_EVERY
    assert list(result.expansions) == sorted(result.expansions)
    assert result.agents <= result.expansions[-1] + 10
    low, high = result.interval
    assert low < result.estimate < high


@policies
@pytest.mark.parametrize("workers", [1, 3])
def test_a_play_comes_out_the_same_again(name: str, workers: int) -> None:
    def once() -> object:
        return play(world("papers", "tuning", 0), name, 75, 4, workers)

    assert once() == once()


@policies
def test_many_workers_spend_the_same_evaluations(name: str) -> None:
    games = [Game(Ladder(), POLICIES[name](Settings()), 60, 1, workers) for workers in (1, 16)]
    for game in games:
        game.carry_out()
    one, many = (game.search.evaluations for game in games)
    assert max(one, many) <= 60
    assert many >= 40


@pytest.mark.parametrize(("make", "family"), [(Ladder, None), (None, "skills")])
def test_two_policies_meet_the_same_world(make: Callable[[], World] | None, family: str | None) -> None:
    """Agents of two plays with the same key of birth are equal, and fare equally at each task."""
    verdicts: list[dict[tuple[tuple[int, ...], str], bool]] = []
    for name in ("hgm", "uniform"):
        place = make() if make else world(str(family), "tuning", 2)
        game = Game(place, POLICIES[name](Settings()), 150, 0)
        game.carry_out()
        view = game.search.view()
        keys, born = [()], [0] * len(view.agents)
        for parents in view.parents[1:]:
            keys.append((*keys[parents[0]], born[parents[0]]))
            born[parents[0]] += 1
        outcomes = zip(view.outcomes.agent, view.outcomes.task, view.outcomes.resolved, strict=True)
        verdicts.append({(keys[a], view.tasks[t]): bool(won) for a, t, won in outcomes})
    common = verdicts[0].keys() & verdicts[1].keys()
    assert len([key for key, _ in common if key]) > 5
    assert all(verdicts[0][key] == verdicts[1][key] for key in common)


def test_a_world_may_tell_how_long_attempts_take() -> None:
    """With two workers the order of telling, hence the choices, follow the world's clock."""

    class Slower(TermsWorld):
        def seconds(self, agent: int, task: int) -> float:
            return 1.0 + 100.0 * (task % 2)

    told = []
    for kind in (TermsWorld, Slower):
        heard = Heard(POLICIES["hgm"](Settings()))
        play(kind(world("slow", "tuning", 0).terms, 7), heard, 40, 0, workers=2)
        told.append([choice.job for choice in heard.choices if choice])
    assert told[0] != told[1]


class Trades(Ladder):
    """Tells nothing of merges: a child solves two tasks, which are others than its parent's."""

    def attempt(self, agent: int, task: int) -> bool:
        return task in {3 * agent % self.n_tasks, 5 * agent % self.n_tasks}


@pytest.mark.parametrize(
    ("make", "merges"), [(lambda: world("skills", "tuning", 0), True), (Trades, True), (Ladder, False)]
)
def test_merges_are_played_whether_the_world_knows_them_or_not(
    make: Callable[[], World],
    merges: bool,
) -> None:
    game = Game(make(), POLICIES["hgm"](Settings(merge_share=1.0)), 400, 0, workers=2)
    result = game.carry_out()
    merged = [parents for parents in game.search.view().parents if len(parents) == 2]
    assert bool(merged) == merges
    assert result.agents == len(game.index)
