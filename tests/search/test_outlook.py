"""When the rest of a search promises too little."""

import pytest

from dgm.jobs import Evaluate
from dgm.outlook import LOOK_EVERY, Outlook
from dgm.policy import POLICIES, Settings
from dgm.search import Plan, Search
from tests.search.world import World, scored, tasks

RATES = (0.25, 0.75)


def looked(champions: list[int], budget: int = 160, least: float = 0.1, after: int = 0) -> list[bool]:
    outlook = Outlook(budget, least, after)
    return [outlook.hopeless(champion, RATES.__getitem__) for champion in champions]


def test_a_champion_of_the_last_half_promises_as_much_again_for_each_doubling() -> None:
    gain = RATES[1] - RATES[0]
    # After 40 of 160 evaluations the gain of 20 to 40 is promised twice more.
    assert looked([0, 0, 0, 1], least=2 * gain - 1e-9)[-1] is False
    assert looked([0, 0, 0, 1], least=2 * gain + 1e-9)[-1] is True
    # One that has stayed for a doubling promises nothing, nor does a worse one, nor a budget that is used.
    assert looked([0, 1, 1, 1])[-1] is True
    assert looked([1, 1, 0, 0])[-1] is True
    assert looked([0, 0, 0, 1], budget=40)[-1] is True
    assert looked([0, 1, 1, 1], after=50)[-1] is False


def test_nobody_looks_unless_asked_to() -> None:
    assert not any(Outlook(100, None, 0).due(n) for n in range(1, 100))
    assert [n for n in range(1, 40) if Outlook(100, 0.01, 0).due(n)] == [LOOK_EVERY, 20, 30]


@pytest.mark.parametrize("name", ["hgm", "phylo"])
def test_a_search_that_finds_nothing_ends_early_and_is_compared(name: str) -> None:
    def played(least: float | None) -> tuple[Search, list[object]]:
        plan = Plan(evaluations=300, least_gain=least, least_gain_after=40)
        search = Search(POLICIES[name](Settings()), tasks(12), tasks(2, "h"), plan, seed=1)
        world, events = World(search), list[object]()
        while (ticket := search.ask()) is not None:
            if isinstance(ticket.job, Evaluate):
                split = "held_out" if ticket.purpose == "held_out" else "search"
                end = scored(ticket, resolved=int(ticket.job.task[1:]) < 6, split=split)
            else:
                end = world.end_of(ticket)  # type: ignore[assignment]
            events += [ticket.asked(0), end]
            search.tell(end)
        return search, events

    search, events = played(0.05)
    assert search.hopeless
    assert 40 <= search.evaluations < 150
    assert [event.purpose for event in events if hasattr(event, "purpose")][-2:] == ["held_out"] * 2  # type: ignore[attr-defined]
    again = Search(search.policy, tasks(12), tasks(2, "h"), search.plan, seed=1)
    World(again)
    again.replay(events)  # type: ignore[arg-type]
    assert again.hopeless
    assert again.ask() is None
    for never in (None, 0.0):
        assert not played(never)[0].hopeless
