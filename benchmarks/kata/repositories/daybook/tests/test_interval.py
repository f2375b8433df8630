import pytest

from daybook.interval import Interval, gaps, merge, total


def test_ends_after_it_starts():
    with pytest.raises(ValueError, match="before it starts"):
        Interval(3, 1)


def test_overlap():
    assert Interval(1, 5).overlaps(Interval(4, 9))
    assert not Interval(1, 3).overlaps(Interval(6, 9))


def test_contains_its_start():
    assert 1 in Interval(1, 5)
    assert 7 not in Interval(1, 5)


def test_intersection():
    assert Interval(1, 5).intersection(Interval(3, 9)) == Interval(3, 5)
    assert Interval(1, 2).intersection(Interval(5, 6)) is None


def test_minus_a_part_in_the_middle():
    assert Interval(0, 10).minus(Interval(3, 5)) == [Interval(0, 3), Interval(5, 10)]


def test_merge_sorts():
    assert merge([Interval(6, 8), Interval(1, 3), Interval(2, 4)]) == [Interval(1, 4), Interval(6, 8)]


def test_gaps():
    busy = [Interval(2, 3), Interval(5, 6)]
    assert gaps(busy, Interval(0, 10)) == [Interval(0, 2), Interval(3, 5), Interval(6, 10)]


def test_total():
    assert total([Interval(0, 4), Interval(2, 6), Interval(9, 10)], 0) == 7
