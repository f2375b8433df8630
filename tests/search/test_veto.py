"""A vetoed clade is never expanded again, whatever the policy, and evaluations go on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.events import AgentId, Event, Vetoed
from dgm.jobs import Evaluate, Expand, Ticket
from dgm.policy import POLICIES, Settings
from dgm.search import Plan, Search
from tests.search.world import ROOT, World, born, scored, tasks

policies = pytest.mark.parametrize("name", sorted(POLICIES))


def new_search(name: str) -> Search:
    return Search(POLICIES[name](Settings()), tasks(4), tasks(2, "h"), Plan(evaluations=40), seed=3)


def vetoed_above(agent: AgentId, parents: dict[AgentId, AgentId], vetoed: set[AgentId]) -> bool:
    """Whether `agent` or anybody above it is vetoed, told apart from the search's own books."""
    line = [agent]
    while line[-1] in parents:
        line.append(parents[line[-1]])
    return bool(vetoed.intersection(line))


@policies
@settings(max_examples=40, deadline=None)
@given(
    vetoes=st.dictionaries(st.integers(0, 60), st.integers(0, 2**16), max_size=5),
    resolved=st.lists(st.booleans(), min_size=80, max_size=80),
    in_flight_at_most=st.integers(1, 4),
)
def test_a_vetoed_clade_is_never_a_parent_again(
    name: str, vetoes: dict[int, int], resolved: list[bool], in_flight_at_most: int
) -> None:
    search = new_search(name)
    events: list[Event] = [born(0, ())]
    search.tell(born(0, ()))
    parents: dict[AgentId, AgentId] = {}
    vetoed: set[AgentId] = set()
    in_flight: list[Ticket] = []
    for step in range(80):
        if step in vetoes:
            veto = Vetoed(search.agents[vetoes[step] % len(search.agents)])
            search.veto(veto.agent)
            vetoed.add(veto.agent)
            events.append(veto)
        ticket = search.ask()
        if ticket is not None:
            events.append(ticket.asked(0))
            in_flight.append(ticket)
            if isinstance(ticket.job, Expand):
                assert not vetoed_above(ticket.job.parent, parents, vetoed)
        if in_flight and (ticket is None or len(in_flight) >= in_flight_at_most):
            done = in_flight.pop(0)
            if isinstance(done.job, Expand):
                end = born(done.number, (done.job.parent,))
                parents[end.agent] = done.job.parent
                search.tell(end)
                events.append(end)
            else:
                split = "held_out" if done.purpose == "held_out" else "search"
                verdict = scored(done, resolved=resolved[step], split=split)
                search.tell(verdict)
                events.append(verdict)
        barred = search.view().barred
        for index, agent in enumerate(search.agents):
            assert bool(barred[index]) >= vetoed_above(agent, parents, vetoed)
    again = new_search(name)
    again.replay(events)
    assert again.view().barred.tolist() == search.view().barred.tolist()
    assert again.ask() == search.ask()


@policies
def test_with_the_seed_vetoed_the_run_ends_and_still_evaluates(name: str) -> None:
    search = new_search(name)
    world = World(search)
    jobs = []
    while (ticket := search.ask()) is not None:
        search.tell(world.end_of(ticket))
        jobs.append(ticket)
        if len(search.agents) == 3:
            search.veto(ROOT)
    last = max(number for number, ticket in enumerate(jobs) if isinstance(ticket.job, Expand))
    assert len(search.agents) == 3
    assert any(isinstance(t.job, Evaluate) and t.purpose == "search" for t in jobs[last + 1 :])
    assert jobs[-1].purpose == "held_out"
