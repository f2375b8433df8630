from daybook import Interval


def test_all_of_it():
    assert Interval(0, 10).minus(Interval(0, 10)) == []


def test_from_the_start():
    assert Interval(0, 10).minus(Interval(0, 4)) == [Interval(4, 10)]


def test_to_the_end():
    assert Interval(0, 10).minus(Interval(4, 10)) == [Interval(0, 4)]


def test_beyond_both_ends():
    assert Interval(2, 4).minus(Interval(0, 10)) == []


def test_apart():
    assert Interval(2, 4).minus(Interval(4, 10)) == [Interval(2, 4)]
