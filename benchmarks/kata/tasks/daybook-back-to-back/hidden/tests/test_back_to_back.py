from daybook import Interval, merge


def test_three_in_a_row():
    assert merge([Interval(3, 5), Interval(1, 3), Interval(5, 6)]) == [Interval(1, 6)]


def test_two_of_three_touch():
    assert merge([Interval(0, 1), Interval(2, 4), Interval(4, 7)]) == [Interval(0, 1), Interval(2, 7)]


def test_apart_stay_apart():
    assert merge([Interval(0, 1), Interval(2, 3)]) == [Interval(0, 1), Interval(2, 3)]
