from wayfinder.network import Network


def test_only_leaving():
    net = Network()
    net.connect("a", "b", one_way=True)
    net.connect("a", "c", one_way=True)
    assert net.degree("a") == 2


def test_leaving_and_entering():
    net = Network()
    net.connect("a", "b", one_way=True)
    net.connect("c", "a", one_way=True)
    assert net.degree("a") == 2


def test_both_ways_count_once():
    net = Network()
    net.connect("a", "b")
    assert net.degree("a") == 1
