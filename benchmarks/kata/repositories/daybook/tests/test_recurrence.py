from datetime import date
from itertools import islice

import pytest

from daybook import Rule


def test_daily():
    rule = Rule("daily", count=3)
    assert list(rule.days(date(2024, 3, 4))) == [date(2024, 3, 4), date(2024, 3, 5), date(2024, 3, 6)]


def test_weekly_takes_the_weekday_of_the_start():
    days = list(islice(Rule("weekly").days(date(2024, 3, 6)), 3))
    assert days == [date(2024, 3, 6), date(2024, 3, 13), date(2024, 3, 20)]


def test_monthly_and_yearly():
    assert list(Rule("monthly", count=2).days(date(2024, 1, 10))) == [date(2024, 1, 10), date(2024, 2, 10)]
    assert list(Rule("yearly", count=2).days(date(2024, 1, 10))) == [date(2024, 1, 10), date(2025, 1, 10)]


def test_until():
    days = list(Rule("daily", until=date(2024, 3, 6)).days(date(2024, 3, 4)))
    assert days[0] == date(2024, 3, 4)
    assert date(2024, 3, 7) not in days


def test_between():
    days = Rule("daily").between(date(2024, 1, 1), date(2024, 2, 1), date(2024, 2, 2))
    assert days == [date(2024, 2, 1), date(2024, 2, 2)]


def test_rejects_nonsense():
    with pytest.raises(ValueError, match="frequency"):
        Rule("hourly")
    with pytest.raises(ValueError, match="weekly rules"):
        Rule("daily", weekdays=[0])
