from datetime import date

from daybook.dates import age


def test_on_the_day():
    assert age(date(1990, 2, 28), date(2001, 2, 28)) == 11


def test_born_today():
    assert age(date(2024, 7, 1), date(2024, 7, 1)) == 0


def test_the_day_before():
    assert age(date(1990, 3, 1), date(2000, 2, 28)) == 9
