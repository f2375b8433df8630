from datetime import datetime, timedelta

from daybook import Agenda, Event, Interval


def test_a_copy_has_tags_of_its_own():
    agenda = Agenda()
    agenda.add("x", datetime(2024, 1, 1, 8), datetime(2024, 1, 1, 9), tags=["work"])
    for event in agenda.copy():
        event.tags.add("late")
    assert [event.tags for event in agenda] == [{"work"}]


def test_a_moved_event_has_tags_of_its_own():
    event = Event("x", Interval(1, 2), {"a"})
    event.moved(1).tags.clear()
    assert event.tags == {"a"}


def test_tags_may_be_a_list():
    assert Event("x", Interval(1, 2), ["a", "a"]).tags == {"a"}
