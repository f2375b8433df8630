from datetime import date

import pytest

from daybook.dates import nth_weekday


def test_the_last_friday():
    assert nth_weekday(2023, 3, 4, -1) == date(2023, 3, 31)


def test_the_last_but_one():
    assert nth_weekday(2024, 2, 3, -2) == date(2024, 2, 22)


def test_from_the_front():
    assert nth_weekday(2024, 2, 3, 5) == date(2024, 2, 29)


def test_no_fifth_monday():
    with pytest.raises(ValueError):
        nth_weekday(2024, 2, 0, 5)
