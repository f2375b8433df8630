import pytest

from wayfinder import dump, load
from wayfinder.mapfile import MapError

TEXT = "harbour -- market: 4\nmarket -> castle: 3\n"


def test_load():
    network = load("# the town\n" + TEXT)
    assert network.length("market", "harbour") == 4
    assert network.length("castle", "market") is None


def test_dump():
    assert dump(load(TEXT)) == TEXT


def test_stops_without_roads():
    assert load("island\n").stops() == ["island"]


@pytest.mark.parametrize("line", ["a -- b: far", "a <-> b", "a -> : 3"])
def test_mistakes(line):
    with pytest.raises(MapError, match="line 2"):
        load("a -- b\n" + line)
