"""Tickets, stages, budgets and bars of the search, over every policy."""

import copy
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import PCG64, Generator

from archive.events import AgentId, Asked, End, Event, Scored
from dgm.held_out import random_agent
from dgm.jobs import Evaluate, Expand, Ticket
from dgm.policy import POLICIES, Settings
from dgm.search import REJECTIONS_BAR_PARENT, REJECTIONS_STOP_RUN, Plan, Search, SearchError
from tests.search.world import ROOT, World, born, failed, rejected, scored, tasks

policies = pytest.mark.parametrize("name", sorted(POLICIES))


def new_search(name: str = "hgm", plan: Plan | None = None, seed: int = 0, size: int = 4) -> Search:
    policy = POLICIES[name](Settings())
    return Search(policy, tasks(size), tasks(3, "h"), plan or Plan(evaluations=30), seed)


def play(search: Search, world: World, steps: int = 10_000) -> list[tuple[Ticket, End]]:
    told = []
    for _ in range(steps):
        ticket = search.ask()
        if ticket is None:
            break
        end = world.end_of(ticket)
        search.tell(end)
        told.append((ticket, end))
    return told


@policies
def test_stages_come_in_order_and_budgets_hold(name: str) -> None:
    search = new_search(name)
    told = play(search, World(search))
    jobs = [ticket for ticket, _ in told]
    seed_pass = jobs[:4]
    assert [ticket.job for ticket in seed_pass] == [Evaluate(ROOT, task) for task in tasks(4)]
    held_out = [ticket for ticket in jobs if ticket.purpose == "held_out"]
    assert jobs[-len(held_out) :] == held_out
    champion = search.champion().agent
    assert {t.job.agent for t in held_out if isinstance(t.job, Evaluate)} == {ROOT, champion}
    searched = [
        t.job for t in jobs if t.purpose == "search" and isinstance(t.job, Evaluate) and t.job.agent != ROOT
    ]
    assert len(searched) == search.evaluations <= 30
    assert len(set(searched)) == len(searched)


@policies
def test_nobody_is_expanded_once_the_policys_share_is_used(name: str) -> None:
    search = new_search(name, Plan(evaluations=40, finish_share=0.5), size=12)
    told = [ticket for ticket, _ in play(search, World(search))]
    evaluated = [
        n
        for n, ticket in enumerate(told)
        if ticket.purpose == "search" and isinstance(ticket.job, Evaluate) and ticket.job.agent != ROOT
    ]
    assert 20 < len(evaluated) <= 40
    assert any(isinstance(ticket.job, Expand) for ticket in told[: evaluated[19]])
    assert all(isinstance(ticket.job, Evaluate) for ticket in told[evaluated[19] :])


@policies
def test_held_out_results_never_reach_the_tallies(name: str) -> None:
    search = new_search(name)
    play(search, World(search))
    assert search.view().own.attempted.sum() == search.evaluations + 4


@policies
def test_any_agent_is_estimated_as_the_champion_is(name: str) -> None:
    search = new_search(name)
    play(search, World(search), steps=25)
    view, policy = search.view(), POLICIES[name](Settings())
    champion = policy.champion(view)
    told = [policy.estimate(view, agent) for agent in range(len(view.agents))]
    assert [each.agent for each in told] == list(view.agents)
    assert champion in told
    assert all(0 <= each.interval[0] < each.estimate < each.interval[1] <= 1 for each in told)


@policies
def test_choosing_never_changes_evidence(name: str) -> None:
    search = new_search(name)
    play(search, World(search), steps=25)
    view = search.view()
    before = copy.deepcopy((view.own, view.clade, view.untried, view.children, view.pending))
    policy = POLICIES[name](Settings())
    for draw in range(50):
        policy.choose(view, Generator(PCG64(draw)))
        policy.champion(view)
        policy.estimate(view, draw % len(view.agents))
    after = search.view()
    for was, now in zip(
        before, (after.own, after.clade, after.untried, after.children, after.pending), strict=True
    ):
        if isinstance(was, np.ndarray):
            assert np.array_equal(was, now)
        else:
            assert np.array_equal(was.resolved, now.resolved)
            assert np.array_equal(was.unresolved, now.unresolved)


@policies
@settings(max_examples=30, deadline=None)
@given(outcomes=st.lists(st.booleans(), min_size=40, max_size=40), order=st.integers(0, 2**32 - 1))
def test_any_order_of_telling_counts_each_result_once(name: str, outcomes: list[bool], order: int) -> None:
    shuffled = random.Random(order)
    search = new_search(name)
    search.tell(born(0, ()))
    in_flight: list[Ticket] = []
    resolved = 0
    for outcome in outcomes:
        ticket = search.ask()
        if ticket is not None:
            in_flight.append(ticket)
        if in_flight and (ticket is None or len(in_flight) > 3):
            done = in_flight.pop(shuffled.randrange(len(in_flight)))
            if isinstance(done.job, Expand):
                search.tell(born(done.number, (done.job.parent,)))
            else:
                split = "held_out" if done.purpose == "held_out" else "search"
                search.tell(scored(done, resolved=outcome, split=split))
                resolved += outcome and done.purpose == "search"
    view = search.view()
    assert view.own.resolved.sum() == resolved
    assert view.clade.resolved[0] == resolved
    assert view.pending.sum() == sum(isinstance(t.job, Evaluate) and t.purpose == "search" for t in in_flight)


@policies
def test_a_fresh_policy_chooses_the_same(name: str) -> None:
    first, second = new_search(name), new_search(name)
    one = play(first, World(first))
    other = play(second, World(second))
    assert [ticket for ticket, _ in one] == [ticket for ticket, _ in other]


@policies
def test_replaying_the_events_gives_the_same_next_ticket(name: str) -> None:
    for steps in (0, 3, 7, 20, 33):
        search = new_search(name)
        told = play(search, World(search), steps=steps)
        pending = search.ask()
        events: list[Event] = [born(0, ())]
        for ticket, end in told:
            events += [ticket.asked(0), end]
        again = new_search(name)
        again.replay(events)
        assert again.ask() == pending


def test_an_asked_ticket_stays_open_over_a_replay() -> None:
    search = new_search()
    search.tell(born(0, ()))
    ticket = search.ask()
    assert ticket is not None
    again = new_search()
    again.replay([born(0, ()), ticket.asked(0)])
    assert list(again.open_tickets) == [ticket]


def test_a_ticket_is_told_once_and_truly() -> None:
    search = new_search()
    search.tell(born(0, ()))
    ticket = search.ask()
    assert ticket is not None
    with pytest.raises(SearchError, match="never asked"):
        search.tell(failed(Ticket(99, ticket.job, "search", {})))
    with pytest.raises(SearchError, match="is no end of"):
        search.tell(born(ticket.number, (ROOT,)))
    other = Ticket(ticket.number, Evaluate(ROOT, tasks(4)[3]), "search", {})
    with pytest.raises(SearchError, match="another pair"):
        search.tell(scored(other, resolved=True))
    search.tell(scored(ticket, resolved=True))
    with pytest.raises(SearchError, match="already ended"):
        search.tell(scored(ticket, resolved=True))
    with pytest.raises(SearchError, match="comes next"):
        search.replay([Asked(7, "expand", "search", 0, {}, parents=(ROOT,))])


def test_a_pair_set_aside_is_no_evidence_but_counts_against_the_champion() -> None:
    search = new_search()
    search.tell(born(0, ()))
    ticket = search.ask()
    assert ticket is not None
    search.tell(failed(ticket))
    view = search.view()
    assert view.own.attempted[0] == 0
    assert view.set_aside[0] == 1
    assert search.champion().estimate == pytest.approx(2 / 9)


def test_rejections_bar_a_parent_until_new_evidence() -> None:
    search = new_search(plan=Plan(evaluations=30))
    world = World(search)
    play(search, world, steps=4)
    child_ticket = search.ask()
    assert child_ticket is not None
    search.tell(world.end_of(child_ticket))
    child = search.agents[1]
    barred_once = False
    for _ in range(REJECTIONS_BAR_PARENT * 4):
        ticket = search.ask()
        assert ticket is not None
        if isinstance(ticket.job, Expand):
            search.tell(rejected(ticket))
        else:
            search.tell(scored(ticket, resolved=False))
        barred_once = barred_once or bool(search.view().barred.any())
        if barred_once:
            break
    assert barred_once
    barred = int(np.flatnonzero(search.view().barred)[0])
    assert barred not in search.view().expandable
    assert child in search.agents


@policies
def test_a_run_of_rejections_ends_expanding_but_not_the_run(name: str) -> None:
    search = new_search(name)
    world = World(search, rejects=True)
    told = play(search, world)
    expansions = [ticket for ticket, _ in told if isinstance(ticket.job, Expand)]
    assert 1 <= len(expansions) <= REJECTIONS_STOP_RUN
    assert told[-1][0].purpose == "held_out"


def test_more_budget_after_the_comparison_searches_on_and_looks_again() -> None:
    search = new_search(plan=Plan(evaluations=10))
    world = World(search)
    told = play(search, world)
    longer = new_search(plan=Plan(evaluations=30))
    longer.replay([born(0, ()), *(event for ticket, end in told for event in (ticket.asked(0), end))])
    world.search = longer
    more = play(longer, world)
    assert any(ticket.purpose == "search" for ticket, _ in more)
    pairs = [t.job for t, _ in (*told, *more) if t.purpose == "held_out"]
    assert len(pairs) == len(set(pairs))
    looked = {job.agent for job in pairs if isinstance(job, Evaluate)}
    assert {search.champion().agent, longer.champion().agent} <= looked


@pytest.mark.parametrize(("tokens", "attempts"), [(100, 1), (290, 3), (10_000, 8)])
def test_the_seed_has_as_many_attempts_as_the_champion_costs(tokens: int, attempts: int) -> None:
    search = new_search()
    told = play(search, World(search, child_tokens=tokens))
    jobs = [t.job for t, _ in told if t.purpose == "held_out" and isinstance(t.job, Evaluate)]
    assert [job.repeat for job in jobs if job.agent == ROOT] == [r for r in range(attempts) for _ in range(3)]
    assert [job.repeat for job in jobs if job.agent != ROOT] == [0] * 3
    assert search.planned_evaluations == 4 + 30 + 3 * (1 + attempts)
    for steps in range(len(told) - 3 * (attempts + 1), len(told)):
        again = new_search()
        again.replay(
            [born(0, ()), *(event for ticket, end in told[:steps] for event in (ticket.asked(0), end))]
        )
        assert again.ask() == told[steps][0]


def test_what_an_attempt_costs_is_known_when_all_have_ended() -> None:
    search = new_search()
    world = World(search, child_tokens=200)
    told = play(search, world)
    first = next(i for i, (ticket, _) in enumerate(told) if ticket.purpose == "held_out")
    again = new_search()
    again.replay([born(0, ()), *(event for t, end in told[:first] for event in (t.asked(0), end))])
    tickets = [again.ask() for _ in range(6)]
    assert again.ask() is None
    for ticket in reversed(tickets):
        assert ticket is not None
        assert again.ask() is None
        again.tell(world.end_of(ticket))
    further = again.ask()
    assert further is not None
    assert further.job == Evaluate(ROOT, tasks(3, "h")[0], repeat=1)


def test_expansions_have_a_budget_too() -> None:
    search = new_search(plan=Plan(evaluations=30, expansions=2))
    told = play(search, World(search))
    assert sum(isinstance(ticket.job, Expand) for ticket, _ in told) == 2


def test_scored_ends_name_known_agents() -> None:
    search = new_search()
    search.tell(born(0, ()))
    ticket = search.ask()
    assert ticket is not None
    wrong = Scored(ticket.number, AgentId("f" * 40), tasks(1)[0], "search", "resolved", "", *["0" * 64] * 2)  # type: ignore[arg-type]
    with pytest.raises(SearchError):
        search.tell(wrong)


def test_an_agent_drawn_at_random_meets_the_held_out_tasks_where_the_plan_says_so() -> None:
    search = new_search(plan=Plan(evaluations=30, random_agent=True))
    told = play(search, World(search))
    held_out = [t.job for t, _ in told if t.purpose == "held_out" and isinstance(t.job, Evaluate)]
    drawn = random_agent(search.agents, 0)
    compared = {search.champion().agent, ROOT, drawn}
    assert [job.agent for job in held_out].count(drawn) >= 3
    assert {job.agent for job in held_out} == compared


def test_an_agent_that_meets_the_held_out_tasks_twice_over_is_planned_for_once() -> None:
    roles = set()
    for seed in range(40):
        search = new_search("uniform", Plan(evaluations=30, random_agent=True), seed)
        told = play(search, World(search))
        drawn, champion = random_agent(search.agents, seed), search.champion().agent
        roles |= {name for name, agent in (("seed", ROOT), ("champion", champion)) if agent == drawn} or {"-"}
        held_out = [ticket for ticket, _ in told if ticket.purpose == "held_out"]
        assert search.planned_evaluations == 4 + 30 + len(held_out)
    assert roles == {"seed", "champion", "-"}


@policies
def test_the_champion_meets_the_held_out_tasks_alone_where_the_plan_says_so(name: str) -> None:
    search = new_search(name, Plan(evaluations=30, seed_agent=False))
    told = play(search, World(search, child_tokens=10_000))
    held_out = [ticket for ticket, _ in told if ticket.purpose == "held_out"]
    assert [ticket.job for ticket in held_out] == [
        Evaluate(search.champion().agent, h) for h in tasks(3, "h")
    ]
    assert {ticket.why["rule"] for ticket in held_out} == {"champion alone"}
    assert search.planned_evaluations == 4 + 30 + 3
