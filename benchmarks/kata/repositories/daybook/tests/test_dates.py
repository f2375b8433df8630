from datetime import date

import pytest

from daybook.dates import (
    add_months,
    add_working_days,
    age,
    nth_weekday,
    quarter,
    quarter_bounds,
    start_of_week,
    working_days_between,
)


def test_add_months():
    assert add_months(date(2024, 1, 15), 1) == date(2024, 2, 15)
    assert add_months(date(2024, 11, 15), 3) == date(2025, 2, 15)


def test_start_of_week():
    assert start_of_week(date(2024, 3, 7)) == date(2024, 3, 4)
    assert start_of_week(date(2024, 3, 4)) == date(2024, 3, 4)


@pytest.mark.parametrize(("month", "number"), [(1, 1), (5, 2), (8, 3), (11, 4)])
def test_quarter(month, number):
    assert quarter(date(2024, month, 20)) == number


def test_quarter_bounds():
    assert quarter_bounds(2024, 2) == (date(2024, 4, 1), date(2024, 6, 30))
    with pytest.raises(ValueError, match="no quarter"):
        quarter_bounds(2024, 5)


def test_age():
    assert age(date(2000, 6, 15), date(2024, 3, 1)) == 23
    assert age(date(2000, 6, 15), date(2024, 9, 1)) == 24


def test_working_days_skip_the_weekend():
    assert add_working_days(date(2024, 3, 7), 2) == date(2024, 3, 11)
    assert add_working_days(date(2024, 3, 11), -1) == date(2024, 3, 8)
    assert working_days_between(date(2024, 3, 4), date(2024, 3, 10)) == 5


def test_nth_weekday():
    assert nth_weekday(2024, 3, 0, 1) == date(2024, 3, 4)
    assert nth_weekday(2024, 3, 4, 3) == date(2024, 3, 15)
