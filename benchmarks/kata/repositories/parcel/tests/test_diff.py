import pytest

from parcel import BadRecord, apply, compose, diff, invert
from parcel.diff import GONE


def test_diff():
    assert diff({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == [(("b",), 2, 3), (("c",), GONE, 4)]


def test_inside():
    assert diff({"at": {"x": 1, "y": 2}}, {"at": {"x": 1, "y": 3}}) == [(("at", "y"), 2, 3)]


def test_apply():
    old, new = {"a": 1, "at": {"x": 1}}, {"at": {"x": 2}, "b": 3}
    assert apply(diff(old, new), old) == new


def test_wrong_record():
    with pytest.raises(BadRecord, match="a: is 5, not 1"):
        apply([(("a",), 1, 2)], {"a": 5})


def test_invert():
    assert apply(invert(diff({"a": 1}, {"a": 2})), {"a": 2}) == {"a": 1}


def test_compose():
    assert compose([(("a",), 1, 2)], [(("a",), 2, 3)]) == [(("a",), 1, 3)]
