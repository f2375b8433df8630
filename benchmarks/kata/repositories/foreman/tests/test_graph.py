import pytest

from foreman import BuildError, Cycle, Graph, Target, UnknownTarget


def graph(**needs):
    return Graph(Target(name, needs=text.split()) for name, text in needs.items())


def test_order():
    assert graph(app="lib main", lib="", main="lib").order() == ["lib", "main", "app"]


def test_order_of_one():
    assert graph(app="lib", lib="", other="").order("app") == ["lib", "app"]


def test_cycle():
    with pytest.raises(Cycle, match="a -> b -> a"):
        graph(a="b", b="a").order()


def test_unknown():
    with pytest.raises(UnknownTarget, match="did you mean lib"):
        graph(app="lbi", lib="").order()


def test_twice():
    made = graph(a="")
    with pytest.raises(BuildError, match="there already"):
        made.add(Target("a"))


def test_levels():
    assert graph(app="a b", a="", b="").levels() == [["a", "b"], ["app"]]


def test_affected():
    assert graph(app="lib", lib="", other="").affected(["lib"]) == ["lib", "app"]


def test_critical_path():
    made = Graph([Target("a", seconds=5), Target("b", seconds=2), Target("c", needs=["a", "b"])])
    assert made.critical_path() == (6, ["a", "c"])


def test_schedule():
    made = Graph([Target("a", seconds=2), Target("b", seconds=2), Target("c", needs=["a", "b"])])
    assert made.schedule(2) == [(0, 2, "a"), (0, 2, "b"), (2, 3, "c")]


def test_roots():
    assert graph(app="lib", lib="").roots() == ["app"]
    assert graph(app="lib", lib="").dependents("lib") == ["app"]
