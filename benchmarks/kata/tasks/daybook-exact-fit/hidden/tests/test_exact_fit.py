from datetime import datetime, timedelta

from daybook import Agenda, Interval


def day(*hours):
    agenda = Agenda()
    for hour in hours:
        agenda.add(str(hour), datetime(2024, 5, 6, hour), datetime(2024, 5, 6, hour + 1))
    return agenda, Interval(datetime(2024, 5, 6, 6), datetime(2024, 5, 6, 12))


def test_the_only_gap_fits():
    agenda, within = day(6, 7, 9, 10, 11)
    found = agenda.first_free(within, timedelta(hours=1))
    assert found == Interval(datetime(2024, 5, 6, 8), datetime(2024, 5, 6, 9))


def test_slots_of_that_length_are_listed():
    agenda, within = day(7, 9, 11)
    assert len(agenda.free_slots(within, at_least=timedelta(hours=1))) == 3


def test_too_short_is_not_offered():
    agenda, within = day(6, 7, 9, 10, 11)
    assert agenda.first_free(within, timedelta(hours=2)) is None
