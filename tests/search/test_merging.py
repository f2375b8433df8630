"""Which two agents are merged, how often, and what the search makes of it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.random import PCG64, Generator

from archive.events import AgentId, Born, End, Event, Rejected
from dgm.jobs import Evaluate, Expand, Merge, Ticket
from dgm.policy import POLICIES, Settings
from dgm.policy.base import Outcomes, Policy, View
from dgm.policy.merging import Merging, pairs
from dgm.policy.phylo.policy import Phylo
from dgm.policy.uniform import Uniform
from dgm.report.selection import selection
from dgm.search import REJECTIONS_BAR_PARENT, Plan, Search, SearchError
from tests.search.world import NOTHING, ROOT, agent_id, born, scored, tasks

policies = pytest.mark.parametrize("name", sorted(POLICIES))
KINDS = 12
EACH = 3
"""Tasks of a kind."""
SIZE = KINDS * EACH


def grown(parents: Sequence[tuple[int, ...]], solved: Sequence[set[int]], share: float = 1.0) -> Search:
    """A search of agents with these parents; each met every task and resolved those of these kinds."""
    won = [[task // EACH in kinds for task in range(SIZE)] for kinds in solved]
    return met(parents, won, share)


def met(parents: Sequence[tuple[int, ...]], won: Sequence[Sequence[bool]], share: float = 1.0) -> Search:
    """The same, where `won[agent][task]` says who resolved what."""
    search = Search(Merging(Uniform(), share), tasks(SIZE), [], Plan(evaluations=900, finish_share=0), 0)
    search.tell(born(0, ()))
    agents, number = [ROOT], 0

    def told(job: Evaluate | Expand | Merge) -> Ticket:
        nonlocal number
        number += 1
        ticket = Ticket(number, job, "search", {})
        search.replay([ticket.asked(0)])
        return ticket

    for those in parents[1:]:
        first, *others = (agents[parent] for parent in those)
        ticket = told(Merge((first, *others)) if others else Expand(first))  # type: ignore[arg-type]
        search.tell(born(ticket.number, (first, *others)))
        agents.append(agent_id(ticket.number))
    for agent, row in zip(agents, won, strict=True):
        for place, task in enumerate(tasks(SIZE)):
            search.tell(scored(told(Evaluate(agent, task)), resolved=row[place]))
    return search


def found(view: View) -> list[tuple[int, int]]:
    return [(pair.agent, pair.other) for pair in pairs(view)]


def test_several_attempts_at_a_task_weigh_as_one() -> None:
    view = grown([(), (0,), (0,)], [{0, 1, 2}, {0, 1, 2, 3, 4, 5}, {0, 6, 7, 8, 9}]).view()
    told = view.outcomes
    twice = Outcomes(*(np.concatenate([row, row]) for row in (told.agent, told.task, told.resolved)))
    assert found(view)
    assert list(pairs(replace(view, outcomes=twice))) == list(pairs(view))


def test_the_pair_that_complements_each_other_most_comes_first_and_the_better_one_of_it() -> None:
    search = grown([(), (0,), (0,), (0,)], [{0}, {0, 1, 2}, {0, 3, 4, 5, 6}, {0, 1, 7, 8}])
    told = list(pairs(search.view()))
    # 2 and 3 alone resolved 4 and 3 kinds, 2 and 1 alone 4 and 2, 3 and 1 alone 2 and 1.
    assert (told[0].agent, told[0].other) == (2, 3)
    best = told[0]
    assert (best.agent_alone, best.other_alone) == (4 * EACH, 3 * EACH)
    assert best.luck > 0
    assert best.gain == pytest.approx(3 * EACH - best.luck, abs=1e-4)


def test_relatives_in_line_pairs_asked_before_and_barred_agents_are_none() -> None:
    grandchild = grown([(), (0,), (1,), (0,)], [{0}, {0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}])
    assert set(map(frozenset, found(grandchild.view()))) == {frozenset({1, 3}), frozenset({2, 3})}
    merged = grown([(), (0,), (0,), (1, 2)], [set(), {0, 1, 2, 3}, {4, 5, 6, 7}, set(range(8))])
    assert found(merged.view()) == []
    search = grown([(), (0,), (0,)], [set(), {0, 1, 2, 3}, {4, 5, 6, 7}])
    assert found(search.view()) == [(1, 2)]
    search.veto(search.agents[2])
    assert found(search.view()) == []


def test_luck_is_what_equal_agents_resolve_alone_on_the_average() -> None:
    """Agents that resolve each task with the same chance, whoever they are."""
    rng = Generator(PCG64(1))
    alone, lucks = list[float](), list[float]()
    for _ in range(30):
        won = rng.random((12, SIZE)) < rng.random(SIZE)
        alone += [float((one & ~other).sum()) for one in won for other in won if one is not other]
        lucks += [pair.luck for pair in pairs(met([(), *[(0,)] * 11], won.tolist()).view())]
    assert sum(lucks) / len(lucks) == pytest.approx(sum(alone) / len(alone), rel=0.15)


def test_the_share_of_expansions_that_merge_is_the_one_asked_for() -> None:
    view = grown([(), (0,), (0,)], [set(), {0, 1, 2, 3}, {4, 5, 6, 7}]).view()
    view = replace(view, evaluations_left=0)
    jobs = [Merging(Uniform(), 0.3).choose(view, Generator(PCG64(draw))) for draw in range(400)]
    merges = [each for each in jobs if each is not None and isinstance(each.job, Merge)]
    assert 0.22 < len(merges) / 400 < 0.38
    assert {each.job for each in merges} == {Merge((view.agents[1], view.agents[2]))}
    for draw in range(20):
        alone = Uniform().choose(view, Generator(PCG64(draw)))
        assert Merging(Uniform(), 0.0).choose(view, Generator(PCG64(draw))) == alone


@pytest.mark.parametrize(
    ("inner", "expansions"), [(Uniform(), 0), (Phylo(), 0), (Phylo(least=0.01, haste=1e12), 10)]
)
def test_the_record_of_a_merge_has_its_words(inner: Policy, expansions: int) -> None:
    view = grown([(), (0,), (0,)], [set(), {0, 1, 2, 3}, {4, 5, 6, 7}]).view()
    untried = np.ones((3, SIZE), dtype=bool)
    view = replace(
        view,
        expansions=expansions,
        evaluations=100,
        under_way=15,
        untried=untried,
        untried_count=untried.sum(axis=1),
        attempts_left=untried.sum(axis=1),
    )
    choice = Merging(inner, 1.0).choose(view, Generator(PCG64(0)))
    assert choice is not None
    told = selection(choice.why, "merge", {place: 10 * place for place in range(9)})
    assert "chance made a merge of it" in told.rule
    assert "?" not in told.rule
    assert told.schedule is not None
    assert (told.candidates[0]["agent"], told.candidates[0]["other"]) == (10, 20)
    assert told.other == {}


def end_of(ticket: Ticket, skills: dict[AgentId, frozenset[int]]) -> End:
    """A child resolves one half of the kinds, a merge what both parents do; any third is refused."""
    match ticket.job:
        case Evaluate(agent, task):
            split = "held_out" if ticket.purpose == "held_out" else "search"
            return scored(ticket, resolved=int(task[1:]) // EACH in skills.get(agent, ()), split=split)
        case making if ticket.number % 3 == 0:
            return Rejected(ticket.number, making.parents, None, "no", NOTHING)
        case making:
            end = born(ticket.number, making.parents)
            known = frozenset[int]().union(*(skills[parent] for parent in making.parents))
            if isinstance(making, Expand):
                half = KINDS // 2
                known = frozenset(range(half) if len(skills) % 2 else range(half, KINDS))
            skills[end.agent] = known
            return end


@policies
def test_a_search_with_any_policy_merges_and_is_taken_up_from_its_journal(name: str) -> None:
    def new() -> Search:
        policy = POLICIES[name](Settings(merge_share=0.5, stage_needed=0.0, phylo_alpha=0.4))
        return Search(policy, tasks(SIZE), tasks(2, "h"), Plan(evaluations=900, expansions=40), 3)

    search, skills, events = new(), {ROOT: frozenset({0})}, list[Event]([born(0, ())])
    search.replay(events)
    asked = list[Ticket]()
    while (ticket := search.ask()) is not None:
        asked.append(ticket)
        events += [ticket.asked(0), end_of(ticket, skills)]
        search.tell(events[-1])  # type: ignore[arg-type]
    merges = [ticket.job for ticket in asked if isinstance(ticket.job, Merge)]
    assert len(merges) >= 2
    assert len({frozenset(job.parents) for job in merges}) == len(merges)
    assert sum(not isinstance(ticket.job, Evaluate) for ticket in asked) <= 40
    assert any(isinstance(event, Born) and len(event.parents) == 2 for event in events)
    # A fresh policy, in the midst of it: what comes next is a function of the journal alone.
    for cut in (len(events) // 2 | 1, len(events) * 3 // 4 | 1):
        again = new()
        again.replay(events[:cut])
        assert again.ask() == asked[(cut - 1) // 2]
    view = search.view()
    for agent in range(len(view.agents)):
        clade = [n for n in range(len(view.agents)) if agent in ancestors(view, n)]
        assert view.clade.resolved[agent] == view.own.resolved[clade].sum()
    assert not view.expanding.any()


def ancestors(view: View, agent: int) -> set[int]:
    return {agent}.union(*(ancestors(view, parent) for parent in view.parents[agent]))


def test_a_merge_that_fails_bars_no_parent_and_must_be_born_of_both() -> None:
    search = grown([(), (0,), (0,)], [set(), {0, 1, 2, 3}, {4, 5, 6, 7}])
    number = SIZE * 3 + 3
    pair = (search.agents[1], search.agents[2])
    for turn in range(REJECTIONS_BAR_PARENT + 1):
        ticket = Ticket(number + turn, Merge(pair), "search", {})
        search.replay([ticket.asked(0)])
        assert list(search.view().expanding) == [0, 1, 1]
        assert search.view().under_way == 1
        if turn == REJECTIONS_BAR_PARENT:
            with pytest.raises(SearchError, match="other parents"):
                search.tell(born(ticket.number, pair[::-1]))
        search.tell(Rejected(ticket.number, pair, None, "no", NOTHING))
    assert not search.view().barred.any()
