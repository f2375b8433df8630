from foreman import Fingerprints, Graph, Target
from foreman.patterns import select

PATHS = ["src/a.h", "src/b.h", "src/bb.h"]


def test_taken_away():
    assert select(["src/*.h", "!src/b.h"], PATHS) == ["src/a.h", "src/bb.h"]


def test_brought_back():
    assert select(["src/*.h", "!src/b*", "src/b.h"], PATHS) == ["src/a.h", "src/b.h"]


def test_only_what_stands_before():
    assert select(["!src/b.h", "src/*.h"], PATHS) == PATHS


def test_inputs_of_a_target():
    graph = Graph([Target("app", inputs=["src/*.h", "!src/b.h"])])
    assert Fingerprints(graph, dict.fromkeys(PATHS, "")).inputs("app") == ["src/a.h", "src/bb.h"]


def test_taken_once():
    assert select(["src/*.h", "src/a.*"], PATHS) == PATHS
