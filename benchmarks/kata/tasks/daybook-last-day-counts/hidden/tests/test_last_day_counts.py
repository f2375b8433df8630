from datetime import date

from daybook.dates import working_days_between


def test_one_day():
    assert working_days_between(date(2024, 5, 7), date(2024, 5, 7)) == 1


def test_a_week_and_a_holiday():
    days = working_days_between(date(2024, 5, 6), date(2024, 5, 10), holidays={date(2024, 5, 9)})
    assert days == 4


def test_a_weekend():
    assert working_days_between(date(2024, 5, 11), date(2024, 5, 12)) == 0
