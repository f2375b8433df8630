import pytest

from wayfinder import load
from wayfinder.mapfile import MapError


@pytest.mark.parametrize("length", ["inf", "Infinity", "1e999"])
def test_no_end(length):
    with pytest.raises(MapError, match="line 2"):
        load(f"a -- b\nb -> c: {length}")


@pytest.mark.parametrize("length", ["nan", "-1", "-inf"])
def test_no_length(length):
    with pytest.raises(MapError, match="line 1"):
        load(f"a -- b: {length}")


def test_long():
    assert load("a -- b: 1e9").length("b", "a") == 10**9
