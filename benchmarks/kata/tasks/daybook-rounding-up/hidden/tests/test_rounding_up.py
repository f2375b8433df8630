from datetime import timedelta

import pytest

from daybook.durations import round_to


def rounded(minutes, step=5):
    return round_to(timedelta(minutes=minutes), timedelta(minutes=step)) / timedelta(minutes=1)


@pytest.mark.parametrize(("minutes", "expected"), [(1, 0), (11, 10), (12, 10)])
def test_to_the_nearer(minutes, expected):
    assert rounded(minutes) == expected


def test_multiples_stay():
    assert rounded(15) == 15
    assert rounded(90, 30) == 90


def test_halves_go_up():
    assert rounded(7.5) == 10
    assert rounded(14) == 15
