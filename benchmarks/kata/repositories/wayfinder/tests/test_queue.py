import pytest

from wayfinder.queue import Queue


def test_lowest_first():
    queue = Queue([(3, "c"), (1, "a"), (2, "b")])
    assert [queue.take()[1] for _ in range(3)] == ["a", "b", "c"]
    assert not queue


def test_empty():
    with pytest.raises(IndexError):
        Queue().take()
