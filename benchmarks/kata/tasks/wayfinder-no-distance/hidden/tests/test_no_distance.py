import pytest

from wayfinder.network import Network


def test_zero():
    net = Network()
    net.connect("a", "b", 0)
    assert net.roads() == [("a", "b", 0), ("b", "a", 0)]


def test_down_to_zero():
    net = Network()
    net.connect("a", "b", 4)
    net.connect("a", "b", 0)
    assert net.length("b", "a") == 0


def test_negative():
    with pytest.raises(ValueError):
        Network().connect("a", "b", -1)
