import pytest

from parcel import BadRecord, apply, compose, diff


def test_in_a_list():
    assert diff({"a": [1, 2]}, {"a": [True, 2]}) == [(("a",), [1, 2], [True, 2])]
    assert len(diff({"a": [[0]]}, {"a": [[False]]})) == 1


def test_in_a_record_in_a_list():
    assert len(diff({"a": [{"on": 1}]}, {"a": [{"on": True}]})) == 1


def test_apply_looks_closely_too():
    with pytest.raises(BadRecord):
        apply([(("a",), [1], [2])], {"a": [True]})


def test_equal_lists():
    assert diff({"a": [1, {"x": [True]}]}, {"a": [1, {"x": [True]}]}) == []


def test_longer_lists():
    assert diff({"a": [1]}, {"a": [1, 1]}) == [(("a",), [1], [1, 1])]
    assert compose([(("a",), [1], [2])], [(("a",), [2], [1])]) == []
