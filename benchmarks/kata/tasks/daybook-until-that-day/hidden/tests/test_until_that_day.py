from datetime import date

from daybook import Rule


def test_the_day_itself_counts():
    days = list(Rule("weekly", until=date(2024, 3, 18)).days(date(2024, 3, 4)))
    assert days == [date(2024, 3, 4), date(2024, 3, 11), date(2024, 3, 18)]


def test_a_single_day():
    assert list(Rule("daily", until=date(2024, 3, 4)).days(date(2024, 3, 4))) == [date(2024, 3, 4)]


def test_nothing_later():
    days = list(Rule("weekly", until=date(2024, 3, 17)).days(date(2024, 3, 4)))
    assert days == [date(2024, 3, 4), date(2024, 3, 11)]
