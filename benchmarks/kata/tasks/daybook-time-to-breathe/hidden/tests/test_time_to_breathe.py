from datetime import datetime, timedelta

from daybook import Agenda, Interval


def at(hour, minute=0):
    return datetime(2024, 5, 6, hour, minute)


def agenda(*hours):
    made = Agenda()
    for hour in hours:
        made.add(str(hour), at(hour), at(hour + 1))
    return made


def test_after_a_meeting():
    free = agenda(9).free_slots(Interval(at(9), at(12)), margin=timedelta(minutes=15))
    assert free == [Interval(at(10, 15), at(12))]


def test_between_two():
    free = agenda(9, 11).free_slots(Interval(at(9), at(12)), margin=timedelta(minutes=20))
    assert free == [Interval(at(10, 20), at(10, 40))]


def test_a_slot_that_the_margins_use_up():
    assert agenda(9, 11).free_slots(Interval(at(9), at(12)), margin=timedelta(minutes=30)) == []


def test_before_a_meeting():
    free = agenda(9).free_slots(Interval(at(8), at(9)), margin=timedelta(minutes=15))
    assert free == [Interval(at(8), at(8, 45))]
