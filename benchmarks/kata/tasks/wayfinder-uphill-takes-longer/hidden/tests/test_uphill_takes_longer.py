from wayfinder import Network, dump, load


def network(*roads):
    made = Network()
    for start, end, length in roads:
        made.connect(start, end, length, one_way=True)
    return made


def test_two_lengths():
    assert dump(network(("hut", "peak", 9), ("peak", "hut", 4))) == "hut -> peak: 9\npeak -> hut: 4\n"


def test_read_back():
    made = network(("a", "b", 1), ("b", "a", 2), ("b", "c", 3))
    assert load(dump(made)).roads() == made.roads()


def test_one_length():
    assert dump(network(("a", "b", 4), ("b", "a", 4))) == "a -- b: 4\n"


def test_one_way():
    assert dump(network(("b", "a", 4))) == "b -> a: 4\n"
