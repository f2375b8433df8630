from wayfinder.network import Network
from wayfinder.routes import shortest


def ring():
    net = Network()
    for one, other in ["ab", "bc", "cd", "da"]:
        net.connect(one, other)
    return net


def test_backwards_round_the_ring():
    assert shortest(ring(), "a", "b", via=["d", "c"]).stops == ("a", "d", "c", "b")


def test_to_and_fro():
    assert shortest(ring(), "a", "a", via=["d", "c", "b"]).length == 4


def test_without():
    assert shortest(ring(), "a", "b").length == 1
