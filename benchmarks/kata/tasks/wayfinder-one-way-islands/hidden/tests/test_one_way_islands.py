from wayfinder.network import Network
from wayfinder.order import islands


def test_two_sources():
    net = Network()
    net.connect("x", "m", one_way=True)
    net.connect("y", "m", one_way=True)
    assert islands(net) == [["m", "x", "y"]]


def test_a_chain_against_the_names():
    net = Network()
    net.connect("c", "b", one_way=True)
    net.connect("b", "a", one_way=True)
    net.add("z")
    assert islands(net) == [["a", "b", "c"], ["z"]]


def test_two_way_roads():
    net = Network()
    net.connect("a", "b")
    assert islands(net) == [["a", "b"]]
