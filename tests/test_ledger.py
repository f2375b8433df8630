"""The ledger is a fold: whatever order money moves in, nothing is lost, invented or held for ever."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from archive.events import (
    AgentId,
    Asked,
    Born,
    Called,
    Digest,
    End,
    Event,
    Failed,
    Rejected,
    Reserved,
    Retried,
    Scored,
    TaskId,
    Usage,
)
from dgm.ledger import Ledger
from sandbox.tree import TreeHash

AGENT, TREE, TEXT = AgentId("a" * 40), TreeHash("b" * 64), Digest("c" * 64)

TICKETS = st.integers(1, 4)
MONEY = st.integers(0, 10**9)


def asked(ticket: int, reserve: int) -> Event:
    return Asked(ticket, "evaluate", "search", reserve, {})


def reserved(ticket: int, n: int, usd: int) -> Event:
    return Reserved(ticket, 1, n, usd)


def called(ticket: int, usd: int, n: int = 1) -> Event:
    return Called(ticket, 1, n, "solve", "any", "0", "0", Usage(1, 5, 3, usd))


def retried(ticket: int, usd: int) -> Event:
    return Retried(ticket, 1, "ours", "cut", usd)


ENDS: list[Callable[[int], End]] = [
    lambda ticket: Born(ticket, AGENT, ticket, (), TREE, TEXT),
    lambda ticket: Scored(
        ticket, AGENT, TaskId("t"), "search", "resolved", "", TEXT, TEXT, Usage(9, 9, 9, 9)
    ),
    lambda ticket: Rejected(ticket, (AGENT,), TREE, "too big", TEXT),
    lambda ticket: Failed(ticket, "ours", "over", estimated=7),
]
EVENTS = st.lists(
    st.one_of(
        st.builds(asked, TICKETS, MONEY),
        st.builds(reserved, TICKETS, st.integers(1, 3), MONEY),
        st.builds(called, TICKETS, MONEY, st.integers(1, 3)),
        st.builds(retried, TICKETS, MONEY),
        st.builds(lambda end, ticket: end(ticket), st.sampled_from(ENDS), TICKETS),
    )
)


@given(EVENTS)
def test_every_cent_is_counted_once(events: list[Event]) -> None:
    ledger = Ledger(events)
    calls = [event for event in events if isinstance(event, Called)]
    estimated = sum(event.estimated for event in events if isinstance(event, Retried | Failed))
    assert ledger.estimated_micro_usd == estimated == sum(ledger.estimated(n) for n in range(1, 5))
    assert ledger.spent.calls == len(calls)
    assert ledger.spent.tokens_in == 5 * len(calls)
    assert ledger.spent.micro_usd == sum(call.usage.micro_usd for call in calls) + estimated
    assert ledger.spent.micro_usd == sum(ledger.ticket(ticket).micro_usd for ticket in range(1, 5))


@given(EVENTS)
def test_a_reserve_is_never_negative_and_goes_with_its_ticket(events: list[Event]) -> None:
    ledger, ended = Ledger(), set[int]()
    for event in events:
        ledger.take(event)
        assert ledger.reserved_micro_usd >= 0
        match event:
            case Born() | Scored() | Rejected() | Failed():
                ended.add(event.ticket)
            case Asked():
                ended.discard(event.ticket)
                assert ledger.reserved(event.ticket) <= event.reserve
        assert [ledger.reserved(ticket) for ticket in ended] == [0] * len(ended)


@given(EVENTS, st.data())
def test_a_ledger_taken_up_again_is_the_same(events: list[Event], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(events)))
    resumed = Ledger(events[:cut])
    for event in events[cut:]:
        resumed.take(event)
    whole = Ledger(events)
    assert resumed.spent == whole.spent
    for ticket in range(1, 5):
        assert resumed.ticket(ticket) == whole.ticket(ticket)
        assert resumed.reserved(ticket) == whole.reserved(ticket)


@given(EVENTS, st.data())
def test_a_cut_costs_what_was_in_flight_and_nothing_else(events: list[Event], data: st.DataObject) -> None:
    """The next controller tries each open ticket again, and is charged for the calls without an end."""
    cut = data.draw(st.integers(0, len(events)))
    ledger, expected = Ledger(events[:cut]), dict[tuple[int, int], int]()
    for event in events[:cut]:
        match event:
            case Reserved():
                expected[event.ticket, event.n] = event.micro_usd
            case Called():
                expected.pop((event.ticket, event.n), None)
            case Retried() | Born() | Scored() | Rejected() | Failed():
                expected = {call: most for call, most in expected.items() if call[0] != event.ticket}
            case _:
                pass
    assert {(ticket, n): most for (ticket, _, n), most in ledger.unsettled.items()} == expected
    before = ledger.spent
    for ticket in range(1, 5):
        lost = sum(most for call, most in ledger.unsettled.items() if call[0] == ticket)
        ledger.take(Retried(ticket, 1, "ours", "killed", lost))
    assert not ledger.unsettled
    assert ledger.spent == before + Usage(micro_usd=sum(expected.values()))


def test_each_attempt_has_the_whole_reserve() -> None:
    ledger = Ledger([asked(1, 100), called(1, 70)])
    assert ledger.reserved(1) == 30
    ledger.take(retried(1, 30))
    assert (ledger.spent.micro_usd, ledger.reserved(1)) == (100, 100)
