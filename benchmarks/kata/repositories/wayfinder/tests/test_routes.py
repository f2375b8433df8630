import pytest

from wayfinder import Network, NoRoute, NoSuchStop, Route, alternatives, distances, shortest, within


@pytest.fixture
def network():
    network = Network()
    network.connect("harbour", "market", 4)
    network.connect("market", "castle", 3)
    network.connect("harbour", "castle", 9)
    network.connect("castle", "tower", 2, one_way=True)
    return network


def test_shortest(network):
    assert shortest(network, "harbour", "castle") == Route(["harbour", "market", "castle"], 7)


def test_no_way_back(network):
    with pytest.raises(NoRoute, match="no way from tower to harbour"):
        shortest(network, "tower", "harbour")


def test_unknown(network):
    with pytest.raises(NoSuchStop):
        shortest(network, "harbour", "moon")


def test_avoid(network):
    assert shortest(network, "harbour", "castle", avoid=["market"]).length == 9


def test_distances(network):
    assert distances(network, "harbour") == {"harbour": 0, "market": 4, "castle": 7, "tower": 9}


def test_within(network):
    assert within(network, "harbour", 8) == ["market", "castle"]


def test_alternatives(network):
    assert [route.length for route in alternatives(network, "harbour", "castle")] == [7, 9]


def test_then():
    assert Route("ab", 2).then(Route("bc", 3)) == Route("abc", 5)
    with pytest.raises(ValueError, match="doesn't end"):
        Route("ab", 2).then(Route("ac", 3))
