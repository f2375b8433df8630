"""Several attempts of an agent at a task: in rounds, each counted once, all of them in the budget."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from archive.events import AgentId, Event, TaskId
from dgm.clades import Tally
from dgm.jobs import Evaluate, Ticket
from dgm.policy import POLICIES, STAGED, Settings
from dgm.policy.uniform import Uniform
from dgm.search import Plan, Search
from tests.search.test_search import play
from tests.search.world import ROOT, World, born, tasks

policies = pytest.mark.parametrize("name", sorted(POLICIES.keys() - STAGED))
PLAN = Plan(evaluations=60, expansions=3, rounds=3)


def new_search(name: str, plan: Plan = PLAN) -> Search:
    return Search(POLICIES[name](Settings()), tasks(4), tasks(2, "h"), plan, seed=0)


def searched(told: list[Ticket]) -> list[Evaluate]:
    return [ticket.job for ticket in told if ticket.purpose == "search" and isinstance(ticket.job, Evaluate)]


@policies
def test_a_round_begins_when_the_one_before_was_asked_entirely(name: str) -> None:
    search = new_search(name)
    jobs = searched([ticket for ticket, _ in play(search, World(search))])
    assert len(set(jobs)) == len(jobs)
    assert {job.repeat for job in jobs} == {0, 1, 2}
    asked: defaultdict[tuple[AgentId, int], set[TaskId]] = defaultdict(set)
    for job in jobs:
        assert job.repeat == 0 or asked[job.agent, job.repeat - 1] == set(tasks(4))
        asked[job.agent, job.repeat].add(job.task)


@policies
def test_only_the_first_round_of_the_seed_is_free(name: str) -> None:
    search = new_search(name)
    jobs = searched([ticket for ticket, _ in play(search, World(search))])
    assert jobs[:4] == [Evaluate(ROOT, task) for task in tasks(4)]
    view = search.view()
    assert (view.attempts_left == 3 * 4 - view.own.attempted).all()
    assert len(jobs) - 4 == search.evaluations <= 60
    assert view.own.attempted.sum() == len(jobs) == len(view.outcomes)


@policies
def test_a_replay_goes_on_in_the_same_round(name: str) -> None:
    search = new_search(name)
    told = play(search, World(search), steps=35)
    events: list[Event] = [born(0, ())]
    for ticket, end in told:
        events += [ticket.asked(0), end]
    again = new_search(name)
    again.replay(events)
    assert again.ask() == search.ask()


def test_all_attempts_are_used_up_and_then_the_leaders_have_none_left() -> None:
    search = new_search("hgm", Plan(evaluations=1000, expansions=2, rounds=3))
    play(search, World(search))
    assert search.view().own.attempted.tolist() == [12, 12, 12]


def test_the_end_completes_the_agents_of_highest_quantiles_one_by_one() -> None:
    search = new_search("uniform", Plan(evaluations=1000, expansions=5))
    play(search, World(search), steps=14)
    view = search.view()
    size = len(view.agents)
    assert size >= 4
    own = Tally(np.arange(size), np.full(size, 3))
    untried = np.ones_like(view.untried)
    finished = []
    for _ in range(size + 1):
        seen = replace(
            view,
            own=own,
            untried=untried,
            untried_count=untried.sum(axis=1),
            attempts_left=untried.sum(axis=1),
        )
        choice = Uniform(finish_agents=3).finish(seen)
        if choice is None:
            break
        assert isinstance(choice.job, Evaluate)
        finished.append(view.agents.index(choice.job.agent))
        untried = untried.copy()
        untried[finished[-1]] = False
    assert finished == [size - 1, size - 2, size - 3]


def test_the_end_completes_who_is_behind_first() -> None:
    search = new_search("hgm", Plan(evaluations=40, expansions=4, rounds=3, finish_share=0.5))
    told = [ticket for ticket, _ in play(search, World(search))]
    finishing = [ticket.job for ticket in told if ticket.why["rule"] == "finish"]
    assert finishing
    rounds = [job.repeat for job in finishing if isinstance(job, Evaluate)]
    assert rounds[0] == min(rounds)
