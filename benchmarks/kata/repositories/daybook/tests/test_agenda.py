from datetime import date, datetime, timedelta

import pytest

from daybook import Agenda, Interval, Rule


def at(hour, minute=0):
    return datetime(2024, 3, 4, hour, minute)


@pytest.fixture
def agenda():
    agenda = Agenda()
    agenda.add("review", at(14), at(15), tags=["team"])
    agenda.add("standup", at(9), at(9, 15), tags=["team", "daily"])
    return agenda


def test_events_are_in_order(agenda):
    assert [event.name for event in agenda] == ["standup", "review"]


def test_conflicts(agenda):
    assert agenda.conflicts(Interval(at(9, 5), at(14, 30))) == ["standup", "review"]
    assert agenda.conflicts(Interval(at(11), at(12))) == []


def test_at(agenda):
    assert agenda.at(at(14, 20)) == ["review"]
    assert agenda.at(at(12)) == []


def test_tagged(agenda):
    assert [event.name for event in agenda.tagged("team", "daily")] == ["standup"]


def test_free_slots(agenda):
    free = agenda.free_slots(Interval(at(8), at(18)), at_least=timedelta(hours=2))
    assert free == [Interval(at(9, 15), at(14)), Interval(at(15), at(18))]


def test_first_free(agenda):
    assert agenda.first_free(Interval(at(9), at(18)), timedelta(hours=1)) == Interval(at(9, 15), at(10, 15))
    assert agenda.first_free(Interval(at(9), at(10)), timedelta(hours=5)) is None


def test_repeat():
    agenda = Agenda()
    assert agenda.repeat("gym", at(18), timedelta(hours=1), Rule("daily", count=3)) == 3
    assert [event.interval.start.date() for event in agenda][-1] == date(2024, 3, 6)


def test_remove(agenda):
    agenda.remove("review")
    assert len(agenda) == 1
    with pytest.raises(KeyError):
        agenda.remove("review")


def test_copy(agenda):
    other = agenda.copy()
    other.remove("standup")
    assert len(agenda) == 2


def test_summary(agenda):
    assert agenda.summary().splitlines()[0] == "2024-03-04 09:00 (15m) standup #daily #team"
