import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.base import ArchiveError
from archive.events import AgentId
from archive.lineage import Lineage


def name(number: int, start: str = "") -> AgentId:
    return AgentId((start + f"{number:x}").ljust(40, "f"))


@pytest.fixture
def family() -> Lineage:
    """0 -> 1 -> 3 -> 5, 0 -> 2 -> 4, and 6 made from 3 and 2."""
    lineage = Lineage()
    for number, parents in [(0, []), (1, [0]), (2, [0]), (3, [1]), (4, [2]), (5, [3]), (6, [3, 2])]:
        lineage.add(name(number, "abcd"), number, [name(parent, "abcd") for parent in parents])
    return lineage


def numbers(lineage: Lineage, agents: tuple[AgentId, ...]) -> list[int]:
    return [lineage.ordinal(agent) for agent in agents]


def test_who_descends_from_whom(family: Lineage) -> None:
    agents = [family.agent(number) for number in range(7)]
    assert family.agents == tuple(agents)
    zero, one, two, three, four, five, six = (agent for agent in agents if agent is not None)
    assert family.roots == (zero,)
    assert family.parents(six) == (three, two)
    assert family.parents(zero) == ()
    assert family.children(zero) == (one, two)
    assert numbers(family, family.ancestors(six)) == [0, 1, 2, 3]
    assert numbers(family, family.clade(one)) == [1, 3, 5, 6]
    assert numbers(family, family.clade(four)) == [4]
    assert [family.depth(agent) for agent in family.agents] == [0, 1, 1, 2, 2, 3, 2]
    assert family.common_ancestor(five, four) == zero
    assert family.common_ancestor(five, six) == three
    assert family.common_ancestor(one, five) == one
    assert family.graph().number_of_edges() == 7


def test_strangers_share_no_ancestor(family: Lineage) -> None:
    stranger = name(9, "9999")
    family.add(stranger, 9, [])
    assert family.common_ancestor(stranger, family.agents[0]) is None
    assert family.roots == (family.agents[0], stranger)


def test_a_copy_of_the_graph_changes_nothing(family: Lineage) -> None:
    family.graph().clear()
    assert len(family) == 7
    assert family.children(family.agents[0])


@pytest.mark.parametrize(
    "text", ["3", " 3 ", name(3, "abcd"), name(3, "abcd")[:5], name(3, "ABCD")[:6].upper()]
)
def test_a_number_or_a_prefix_names_one_agent(family: Lineage, text: str) -> None:
    assert family.resolve(text) == name(3, "abcd")


def test_an_ambiguous_prefix_names_what_it_matches(family: Lineage) -> None:
    with pytest.raises(ArchiveError, match=r"'abcd' matches 7: abcd0fffffff \(number 0\), .* more digits"):
        family.resolve("abcd")


@pytest.mark.parametrize("text", ["7", "abc", "", "HEAD", "--help", "dead", "1" * 5000])
def test_an_unknown_name_is_told_what_there_is(family: Lineage, text: str) -> None:
    with pytest.raises(ArchiveError, match=r"no agent .*: give a number that `dgm tree` shows .*6"):
        family.resolve(text)


def test_an_empty_run_has_no_agent() -> None:
    with pytest.raises(ArchiveError, match="none is born yet"):
        Lineage().resolve("0")


def test_births_are_refused_whole(family: Lineage) -> None:
    for agent, ordinal, parents in [
        (name(3, "abcd"), 9, []),
        (name(9), 3, []),
        (name(9), 9, [family.agents[0], name(8)]),
    ]:
        with pytest.raises(ArchiveError):
            family.add(agent, ordinal, parents)
    assert len(family) == 7
    assert name(9) not in family


@given(st.lists(st.integers(0, 10_000), max_size=30))
def test_clades_and_ancestors_are_each_others_mirror(draws: list[int]) -> None:
    lineage = Lineage()
    lineage.add(name(0, "0"), 0, [])
    for number, draw in enumerate(draws, start=1):
        parents = {lineage.agents[draw % number], lineage.agents[draw * 7 % number]}
        lineage.add(name(number, "0"), number, sorted(parents))
    for agent in lineage.agents:
        assert all(agent in lineage.ancestors(other) for other in lineage.clade(agent) if other != agent)
        assert all(agent in lineage.clade(other) for other in lineage.ancestors(agent))
        assert lineage.depth(agent) <= len(lineage.ancestors(agent))
