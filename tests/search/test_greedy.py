"""The greedy baseline: the best so far, judged on every task."""

from dataclasses import replace

import numpy as np
from numpy.random import PCG64, Generator

from dgm.clades import Tally
from dgm.jobs import Evaluate, Expand
from dgm.policy.base import View
from dgm.policy.greedy import Greedy
from dgm.search import Plan, Search
from tests.search.world import World, tasks


def played() -> tuple[Search, World]:
    search = Search(Greedy(), tasks(3), [], Plan(evaluations=30, finish_share=0), seed=2)
    return search, World(search)


def counted(view: View, resolved: list[int]) -> View:
    those = np.array(resolved)
    return replace(view, own=Tally(those, 3 - those))


def parents(view: View) -> set[str]:
    choices = [Greedy().choose(view, Generator(PCG64(draw))) for draw in range(40)]
    assert all(choice is not None and isinstance(choice.job, Expand) for choice in choices)
    return {choice.job.parent for choice in choices if choice and isinstance(choice.job, Expand)}


def test_a_newborn_meets_every_task_before_the_next_is_made() -> None:
    search, world = played()
    seen: list[str] = []
    for _ in range(19):
        ticket = search.ask()
        assert ticket is not None
        seen.append("x" if isinstance(ticket.job, Expand) else ticket.job.task)
        search.tell(world.end_of(ticket))
    assert seen == ["t0", "t1", "t2", *["x", "t0", "t1", "t2"] * 4]
    # Each child resolves one task more than its parent, so the best is always the last, up to three.
    assert list(search.view().own.resolved) == [0, 1, 2, 3, 3]


def test_the_best_mean_wins_and_chance_decides_between_equals() -> None:
    search, world = played()
    while len(search.agents) < 4 or len(search.view().evaluable):
        ticket = search.ask()
        assert ticket is not None
        search.tell(world.end_of(ticket))
    view = search.view()
    names = search.agents
    assert parents(counted(view, [0, 2, 1, 1])) == {names[1]}
    assert parents(counted(view, [1, 2, 0, 2])) == {names[1], names[3]}
    assert parents(counted(view, [0, 0, 0, 0])) == set(names)
    # One whose results are not all in is no parent yet, nor is one that is barred.
    assert parents(replace(counted(view, [1, 2, 0, 2]), pending=np.array([0, 1, 0, 0]))) == {names[3]}
    assert parents(replace(counted(view, [1, 2, 0, 2]), barred=np.array([False, True, False, True]))) == {
        names[0]
    }


def test_a_failed_pair_counts_against_an_agent() -> None:
    search, world = played()
    for _ in range(7):
        ticket = search.ask()
        assert ticket is not None
        search.tell(world.end_of(ticket))
    view = counted(search.view(), [2, 2])
    assert parents(replace(view, set_aside=np.array([1, 0]))) == {search.agents[1]}
    choice = Greedy().choose(
        replace(view, untried_count=np.array([0, 1]), untried=np.array([[0, 0, 0], [0, 1, 0]], dtype=bool)),
        Generator(PCG64(0)),
    )
    assert choice is not None
    assert choice.job == Evaluate(search.agents[1], tasks(3)[1])
