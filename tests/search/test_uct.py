"""UCB1 down the tree, against walks worked out by hand."""

from dataclasses import replace
from math import log, sqrt

import pytest
from numpy.random import PCG64, Generator

from dgm.jobs import Evaluate, Expand, Ticket
from dgm.policy.base import Choice, View
from dgm.policy.uct import Uct
from dgm.search import Plan, Search
from tests.search.world import ROOT, agent_id, born, scored, tasks


def grown(parents: list[int], outcomes: list[tuple[int, int]], size: int = 8) -> Search:
    """Agents by their parents' index, each with (resolved, unresolved) on tasks 0, 1, ..."""
    search = Search(Uct(), tasks(size), [], Plan(evaluations=1000), seed=0)
    search.tell(born(0, ()))
    agents = [ROOT]
    for number, parent in enumerate(parents[1:], 1):
        ticket = Ticket(number, Expand(agents[parent]), "search", {})
        search.replay([ticket.asked(0), born(number, (agents[parent],))])
        agents.append(agent_id(number))
    number = len(parents)
    for agent, (resolved, unresolved) in zip(agents, outcomes, strict=True):
        for index in range(resolved + unresolved):
            ticket = Ticket(number, Evaluate(agent, tasks(size)[index]), "search", {})
            search.replay([ticket.asked(0), scored(ticket, resolved=index < resolved)])
            number += 1
    return search


def chosen(view: View, policy: Uct, draw: int = 0) -> Choice:
    choice = policy.choose(view, Generator(PCG64(draw)))
    assert choice is not None
    return choice


CROWDED = Uct(first=100.0)
"""Leaves no room for children in trees as small as these."""


def test_the_highest_bound_is_followed_down_to_an_agent_of_its_own() -> None:
    # 0(2/2) <- 1(3/1) <- 3(2/0); 0 <- 2(0/4). By hand, N = 14: clade of 1 5/6, of 2 0/4, 0 itself 2/4.
    search = grown([0, 0, 0, 1], [(2, 2), (3, 1), (0, 4), (2, 0)])
    choice = chosen(search.view(), CROWDED)
    assert 5 / 6 + 0.5 * sqrt(log(14) / 6) > 2 / 4 + 0.5 * sqrt(log(14) / 4)
    # At 1, N = 6: 3's 2/2 against 1's own 3/4.
    assert 1 + 0.5 * sqrt(log(6) / 2) > 3 / 4 + 0.5 * sqrt(log(6) / 4)
    assert choice.why["path"] == [0, 1, 3]
    assert isinstance(choice.job, Evaluate)
    assert choice.job.agent == search.agents[3]
    # So much exploration goes where there was least of it.
    assert chosen(search.view(), replace(CROWDED, exploration=9.0)).why["path"] != [0, 1, 3]


@pytest.mark.parametrize(
    ("visits", "children", "widens"), [(3, 0, False), (4, 0, True), (15, 1, False), (16, 1, True)]
)
def test_a_clade_has_room_for_so_many_children(visits: int, children: int, widens: bool) -> None:
    search = grown([0] * (1 + children), [(0, visits), *[(0, 0)] * children], size=20)
    assert isinstance(chosen(search.view(), Uct()).job, Expand) is widens


def test_a_newborn_is_visited_before_its_siblings_are_again() -> None:
    search = grown([0, 0, 0], [(4, 0), (4, 0), (0, 0)])
    assert chosen(search.view(), CROWDED).why["path"] == [0, 2]


def test_jobs_under_way_spread_the_workers() -> None:
    search = grown([0, 0, 0, 0], [(2, 2), (2, 2), (2, 2), (2, 2)])
    asked = []
    for _ in range(8):
        choice = chosen(search.view(), CROWDED)
        assert isinstance(choice.job, Evaluate)
        number = max(search.expansions + len(search.view().outcomes) + len(asked), 0) + 1
        search.replay([Ticket(number, choice.job, "search", {}).asked(0)])
        asked.append(choice.job.agent)
    assert {asked.count(agent) for agent in search.agents} == {2}


def test_what_is_done_with_is_walked_around() -> None:
    search = grown([0, 0, 0], [(1, 1), (2, 0), (0, 2)], size=2)
    view = search.view()
    barred = replace(view, barred=view.barred | [True, True, False])
    assert chosen(barred, CROWDED).job == Expand(search.agents[2])
    assert CROWDED.choose(replace(view, barred=~view.barred), Generator(PCG64(0))) is None
    assert chosen(view, CROWDED).job == Expand(search.agents[1])
