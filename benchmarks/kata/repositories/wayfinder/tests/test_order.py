import pytest

from wayfinder import Network
from wayfinder.order import dependency_order, has_cycle, islands, spanning_tree


def test_islands():
    network = Network()
    network.connect("a", "b")
    network.connect("c", "d")
    network.connect("d", "e")
    assert islands(network) == [["c", "d", "e"], ["a", "b"]]


def test_dependency_order():
    assert dependency_order({"shoes": ["socks"], "coat": ["shirt"]}) == ["shirt", "coat", "socks", "shoes"]
    with pytest.raises(ValueError, match="need one another: a, b"):
        dependency_order({"a": ["b"], "b": ["a"]})


def test_has_cycle():
    network = Network()
    network.connect("a", "b", one_way=True)
    assert not has_cycle(network)
    network.connect("b", "a", one_way=True)
    assert has_cycle(network)


def test_spanning_tree():
    network = Network()
    network.connect("a", "b", 1)
    network.connect("b", "c", 2)
    network.connect("a", "c", 5)
    assert spanning_tree(network) == [("a", "b", 1), ("b", "c", 2)]
