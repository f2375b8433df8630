"""DGM's parents, stages and archive rules against values worked out by hand."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.random import PCG64, Generator

from archive.events import TaskId
from benchmarks.kata.suite import Kata
from benchmarks.splits import spread
from dgm.jobs import Evaluate, Expand, Ticket
from dgm.policy.base import View
from dgm.policy.darwin import Darwin, Staging, scores, weights
from dgm.search import Plan, Search
from tests.search.world import ROOT, World, agent_id, born, failed, scored, tasks


def search_of(size: int, policy: Darwin | None = None) -> Search:
    search = Search(policy or Darwin(), tasks(size), [], Plan(evaluations=1000), seed=0)
    search.tell(born(0, ()))
    return search


def attempts(search: Search, number: int, agent: int, resolved: int, of: int) -> int:
    """Let an agent attempt the first `of` tasks of the policy's order; gives the next ticket's number."""
    policy = search.policy
    assert isinstance(policy, Darwin)
    one, two = policy.staging.stages(search.view())
    for place, task in enumerate([*one, *two][:of]):
        ticket = Ticket(number, Evaluate(search.agents[agent], search.view().tasks[task]), "search", {})
        search.replay([ticket.asked(0), scored(ticket, resolved=place < resolved)])
        number += 1
    return number


def child(search: Search, number: int, parent: int) -> int:
    ticket = Ticket(number, Expand(search.agents[parent]), "search", {})
    search.replay([ticket.asked(0), born(number, (search.agents[parent],))])
    return number + 1


def test_probabilities() -> None:
    # sigmoid(10 (s - 0.5)): 0.5 at 0.5, 0.880797 at 0.7, 0.006693 at 0; halved by one child, and so on.
    drawn = weights(np.array([0.5, 0.7, 0.0]), np.array([0, 1, 3]))
    parts = np.array([0.5, 0.880797 / 2, 0.006693 / 4])
    assert drawn == pytest.approx(parts / parts.sum(), abs=1e-5)


@pytest.mark.parametrize(
    ("size", "one", "two"),
    [(60, 10, 50), (200, 10, 50), (59, 10, 49), (36, 6, 30), (12, 3, 9), (4, 3, 1), (2, 2, 0), (1, 1, 0)],
)
def test_stages_of_a_split(size: int, one: int, two: int) -> None:
    first, second = Staging().stages(search_of(size).view())
    assert (len(first), len(second)) == (one, two)
    assert len({*first, *second}) == one + two


@pytest.mark.parametrize(("resolved", "goes_on"), [(1, False), (2, True)])
def test_stage_two_needs_enough_of_stage_one(resolved: int, goes_on: bool) -> None:
    search = search_of(30)  # stage one is 5 tasks, of which 40 % are 2
    number = child(search, attempts(search, 1, 0, 0, 30), 0)
    choice = search.policy.choose(search.view(), Generator(PCG64(0)))
    assert choice is not None
    assert choice.why["rule"] == "stage one"
    attempts(search, number, 1, resolved, 5)
    choice = search.policy.choose(search.view(), Generator(PCG64(0)))
    assert choice is not None
    assert choice.why["rule"] == ("stage two" if goes_on else "score and novelty")


def test_every_agent_meets_the_same_tasks_in_the_same_order() -> None:
    search = search_of(12)
    world = World(Search(Darwin(), tasks(12), [], Plan(evaluations=60, finish_share=0), seed=3))
    met: dict[str, list[str]] = {}
    while (ticket := world.search.ask()) is not None:
        if isinstance(ticket.job, Evaluate) and ticket.job.agent != ROOT:
            met.setdefault(ticket.job.agent, []).append(ticket.job.task)
        world.search.tell(world.end_of(ticket))
    one, two = Staging().stages(search.view())
    order = [tasks(12)[index] for index in (*one, *two)]
    assert len(met) > 4
    assert all(those == order[: len(those)] for those in met.values())


def test_stages_are_nested_and_each_is_a_fair_part_of_the_split() -> None:
    split = {task.id: task.labels["repo"] for task in Kata().split("search")}
    order = [TaskId(task.id) for task in spread(Kata().split("search"), 5)]
    search = Search(Darwin(), [TaskId(name) for name in split], [], Plan(100), seed=5, staged=order)
    search.tell(born(0, ()))
    view = search.view()
    stages: list[list[TaskId]] = []
    for one, two in ((6, 0), (6, 12), (10, 50)):
        first, second = Staging(one, two).stages(view)
        stages.append([view.tasks[index] for index in (*first, *second)])
    assert [len(stage) for stage in stages] == [6, 18, 36]
    for smaller, larger in pairwise(stages):
        assert larger[: len(smaller)] == smaller
    assert set(stages[-1]) == set(split)
    whole = Counter(split.values())
    for stage in stages:
        part = Counter(split[task] for task in stage)
        assert all(abs(part[kind] - size * len(stage) / 36) <= 1 for kind, size in whole.items())


def test_a_parent_waits_for_its_results() -> None:
    search = search_of(4)
    asked = [search.ask() for _ in range(4)]
    assert search.ask() is None
    for ticket in asked[:3]:
        assert ticket is not None
        search.tell(scored(ticket, resolved=False))
    assert search.ask() is None
    assert asked[3] is not None
    search.tell(failed(asked[3]))
    expand = search.ask()
    assert expand is not None
    assert expand.job == Expand(ROOT)


def archive(view: View, keep: str) -> list[int]:
    policy = Darwin(keep="keep_better" if keep == "keep_better" else "keep_all", margin=0.25)
    return list(np.flatnonzero(policy.pool(view)))


def test_archive_rules() -> None:
    search = search_of(4)
    number = attempts(search, 1, 0, 3, 4)
    for resolved in (2, 1):
        number = attempts(search, child(search, number, 0), len(search.agents) - 1, resolved, 4)
    number = attempts(search, child(search, number, 2), 3, 0, 4)  # below its parent by the margin exactly
    view = search.view()
    assert scores(view).tolist() == [0.75, 0.5, 0.25, 0.0]
    assert archive(view, "keep_all") == [0, 1, 2, 3]
    assert archive(view, "keep_better") == [0, 1, 3]
    assert archive(replace(view, pending=np.array([0, 1, 0, 0])), "keep_better") == [0, 3]
    assert archive(replace(view, set_aside=np.array([0, 4, 0, 0])), "keep_better") == [0, 3]


def test_a_barred_agent_is_not_drawn() -> None:
    search = search_of(4)
    child(search, attempts(search, 1, 0, 3, 4), 0)
    attempts(search, 6, 1, 0, 4)
    view = replace(search.view(), barred=np.array([True, False]))
    choice = search.policy.choose(view, Generator(PCG64(0)))
    assert choice is not None
    assert choice.job == Expand(agent_id(5))
    assert search.policy.choose(replace(view, barred=np.array([True, True])), Generator(PCG64(0))) is None
