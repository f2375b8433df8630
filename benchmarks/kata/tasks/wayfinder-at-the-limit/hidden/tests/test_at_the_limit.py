from wayfinder.network import Network
from wayfinder.routes import within


def line():
    net = Network()
    net.connect("a", "b", 3)
    net.connect("b", "c", 2)
    net.connect("c", "d", 4)
    return net


def test_the_last_one_is_at_the_limit():
    assert within(line(), "a", 9) == ["b", "c", "d"]


def test_the_first_one_is_at_the_limit():
    assert within(line(), "a", 3) == ["b"]


def test_short_of_it():
    assert within(line(), "a", 4) == ["b"]
