import pytest

from wayfinder.network import Network


def test_one_way():
    net = Network()
    net.connect("x", "y", 4, one_way=True)
    net.disconnect("x", "y")
    assert net.roads() == []


def test_one_way_named_from_its_end():
    net = Network()
    net.connect("x", "y", 4, one_way=True)
    net.disconnect("y", "x")
    assert net.degree("y") == 0


def test_no_road_at_all():
    net = Network()
    net.add("x")
    net.add("y")
    with pytest.raises(KeyError):
        net.disconnect("x", "y")
