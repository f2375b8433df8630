"""HGM's schedule and both Beta parameters against values worked out by hand on three small trees."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

from dgm.jobs import Evaluate, Expand
from dgm.policy import POLICIES, Settings
from dgm.policy.hgm import Hgm
from dgm.policy.widening import Widening
from dgm.search import Plan, Search
from tests.search.world import ROOT, World, agent_id, born, scored, tasks


class Recorder(Generator):
    """A random source that keeps the Beta parameters it was asked for."""

    def __init__(self) -> None:
        super().__init__(PCG64(0))
        self.asked: list[tuple[list[float], list[float]]] = []

    def beta(self, a, b, size=None) -> NDArray[np.float64]:  # type: ignore[no-untyped-def, override]
        self.asked.append((list(a), list(b)))
        return super().beta(a, b, size)


@dataclass
class Tree:
    """Parents by index, and per agent (resolved, unresolved) on tasks 0, 1, ..."""

    parents: list[int]
    outcomes: list[tuple[int, int]]
    clade_beta: tuple[list[float], list[float]]
    own_beta: tuple[list[float], list[float]]


# By hand. chain: 0(1/2) <- 1(2/1) <- 2(0/3); fork: 0(0/0) <- 1(3/0), 0 <- 2(1/1), 2 <- 3(0/2);
# star: 0(0/4) with untouched children 1, 2 and one perfect child 3(4/0).
TREES = {
    "chain": Tree(
        [0, 0, 1],
        [(1, 2), (2, 1), (0, 3)],
        clade_beta=([4, 3, 1], [7, 5, 4]),
        own_beta=([2, 3, 1], [3, 2, 4]),
    ),
    "fork": Tree(
        [0, 0, 0, 2],
        [(0, 0), (3, 0), (1, 1), (0, 2)],
        clade_beta=([5, 4, 2, 1], [4, 1, 4, 3]),
        own_beta=([1, 4, 2, 1], [1, 1, 2, 3]),
    ),
    "star": Tree(
        [0, 0, 0, 0],
        [(0, 4), (0, 0), (0, 0), (4, 0)],
        clade_beta=([5, 1, 1, 5], [5, 1, 1, 1]),
        own_beta=([1, 1, 1, 5], [5, 1, 1, 1]),
    ),
}


def grown(tree: Tree) -> Search:
    """A search whose journal tells of `tree`; agents of index i > 0 are born by ticket i."""
    from dgm.jobs import Ticket

    search = Search(Hgm(), tasks(8), [], Plan(evaluations=1000), seed=0)
    search.tell(born(0, ()))
    number = 1
    agents = [ROOT]
    for parent in tree.parents[1:]:
        ticket = Ticket(number, Expand(agents[parent]), "search", {})
        search.replay([ticket.asked(0), born(number, (agents[parent],))])
        agents.append(agent_id(number))
        number += 1
    for agent, (resolved, unresolved) in zip(agents, tree.outcomes, strict=True):
        for index in range(resolved + unresolved):
            ticket = Ticket(number, Evaluate(agent, tasks(8)[index]), "search", {})
            search.replay([ticket.asked(0), scored(ticket, resolved=index < resolved)])
            number += 1
    return search


@pytest.mark.parametrize("name", TREES)
def test_expanding_draws_from_the_clades_beta(name: str) -> None:
    rng = Recorder()
    choice = Hgm(Widening(initial=100)).choose(grown(TREES[name]).view(), rng)
    assert choice is not None
    assert isinstance(choice.job, Expand)
    assert rng.asked == [TREES[name].clade_beta]


@pytest.mark.parametrize("name", TREES)
def test_evaluating_draws_from_the_agents_own_beta(name: str) -> None:
    rng = Recorder()
    choice = Hgm(Widening(alpha=0.01, initial=0)).choose(grown(TREES[name]).view(), rng)
    assert choice is not None
    assert isinstance(choice.job, Evaluate)
    assert rng.asked == [TREES[name].own_beta]


@pytest.mark.parametrize("name", TREES)
def test_the_highest_draw_wins(name: str) -> None:
    search = grown(TREES[name])
    choice = Hgm(Widening(initial=100)).choose(search.view(), Generator(PCG64(3)))
    assert choice is not None
    a, b = TREES[name].clade_beta
    drawn = Generator(PCG64(3)).beta(np.array(a), np.array(b))
    assert choice.job == Expand(search.agents[int(drawn.argmax())])


@pytest.mark.parametrize(
    ("evaluations", "expansions", "turn"),
    [
        (0, 0, "expand"),
        (0, 4, "expand"),  # still among the initial five
        (0, 5, "evaluate"),
        (14, 5, "evaluate"),  # 14 ** 0.6 = 4.87
        (15, 5, "expand"),  # 15 ** 0.6 = 5.08
        (46, 10, "evaluate"),  # 46 ** 0.6 = 9.95
        (47, 10, "expand"),  # 47 ** 0.6 = 10.07
        (100, 15, "expand"),  # 100 ** 0.6 = 15.85
        (100, 16, "evaluate"),
    ],
)
def test_the_schedule(evaluations: int, expansions: int, turn: str) -> None:
    view = replace(grown(TREES["chain"]).view(), evaluations=evaluations, expansions=expansions)
    assert Widening().turn(view) == turn


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_a_seed_that_solves_nothing_is_still_expanded(name: str) -> None:
    search = Search(POLICIES[name](Settings()), tasks(3), [], Plan(evaluations=20), seed=1)
    world = World(search)
    for _ in range(3):
        ticket = search.ask()
        assert ticket is not None
        search.tell(scored(ticket, resolved=False))
    ticket = search.ask()
    assert ticket is not None
    assert ticket.job == Expand(ROOT)
    search.tell(world.end_of(ticket))
    assert len(search.agents) == 2
