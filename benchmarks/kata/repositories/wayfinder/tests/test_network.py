import pytest

from wayfinder import Network, NoSuchStop


@pytest.fixture
def network():
    network = Network()
    network.connect("a", "b", 4)
    network.connect("b", "c", 3, one_way=True)
    return network


def test_roads(network):
    assert network.roads() == [("a", "b", 4), ("b", "a", 4), ("b", "c", 3)]


def test_one_way(network):
    assert network.is_one_way("b", "c")
    assert not network.is_one_way("a", "b")


def test_remove(network):
    network.remove("b")
    assert network.stops() == ["a", "c"]
    assert network.roads() == []


def test_disconnect(network):
    network.disconnect("a", "b")
    assert network.length("a", "b") is None
    with pytest.raises(KeyError, match="no road"):
        network.disconnect("a", "c")


def test_unknown(network):
    with pytest.raises(NoSuchStop, match="no stop 'z'"):
        network.neighbours("z")


def test_nonsense(network):
    with pytest.raises(ValueError, match="negative"):
        network.connect("a", "c", -1)
    with pytest.raises(ValueError, match="itself"):
        network.connect("a", "a")


def test_part(network):
    assert network.part(["a", "b"]).roads() == [("a", "b", 4), ("b", "a", 4)]


def test_reversed(network):
    assert network.reversed().length("c", "b") == 3
