from foreman import Fingerprints, Graph, Target


def chain():
    return Graph(
        [
            Target("d", needs=["c"]),
            Target("a", inputs=["a.c"]),
            Target("b", needs=["a"]),
            Target("c", needs=["b"]),
            Target("x", after=["b"]),
        ]
    )


def test_all_the_way():
    assert chain().affected(["a"]) == ["a", "b", "c", "d"]


def test_several_at_once():
    made = Graph([Target("p"), Target("q"), Target("r", needs=["q"]), Target("s", needs=["r"])])
    assert made.affected(["p", "q"]) == ["p", "q", "r", "s"]


def test_fingerprints_notice_a_far_change():
    made = Fingerprints(chain(), {"a.c": "1"})
    before = made.of("d")
    made.write("a.c", "2")
    assert made.of("d") != before


def test_only_order_does_not_count():
    assert chain().affected(["c"]) == ["c", "d"]
