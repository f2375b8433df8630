import datetime
import decimal

import pytest

from parcel import BadData, BadRecord, Field, Schema, kinds
from parcel.varint import Cursor

POINT = Schema("point", [Field(1, "x", kinds.Int()), Field(2, "note", kinds.Text(), default=None)])
SAMPLES = [
    (kinds.Int(), -300, "-300"),
    (kinds.Bool(), True, "yes"),
    (kinds.Text(), "tea", "tea"),
    (kinds.Text(), 'a "b"', '"a \\"b\\""'),
    (kinds.Bytes(), b"\x01\xff", "01ff"),
    (kinds.Decimal(2), decimal.Decimal("1.50"), "1.50"),
    (kinds.Day(), datetime.date(2024, 2, 29), "2024-02-29"),
    (kinds.Choice("red", "blue"), "blue", "blue"),
    (kinds.List(kinds.Int()), [1, 2], "[1, 2]"),
    (kinds.Nested(POINT), {"x": 1, "note": None}, "[x: 1]"),
]


@pytest.mark.parametrize(("kind", "value", "shown"), SAMPLES)
def test_there_and_back(kind, value, shown):
    out = bytearray()
    kind.write(kind.check(value), out)
    assert kind.read(Cursor(out)) == value
    assert kind.show(value) == shown
    assert kind.check(kind.parse(shown) if shown != "[x: 1]" else value) == value


def test_range():
    with pytest.raises(BadRecord, match="not from 0 to 9"):
        kinds.Int(0, 9).check(10)


def test_places():
    with pytest.raises(BadRecord, match="more than 2 places"):
        kinds.Decimal(2).check(decimal.Decimal("0.125"))


def test_no_date():
    with pytest.raises(BadData, match="no date"):
        kinds.Day().parse("tomorrow")


def test_where_in_a_list():
    with pytest.raises(BadRecord) as caught:
        kinds.List(kinds.Int()).check([1, "x"])
    assert caught.value.path == "[1]"


def test_pieces():
    assert kinds.pieces('a, "b, c", [d, e]') == ["a", '"b, c"', "[d, e]"]
    assert kinds.pieces(" ") == []


def test_nested_text():
    assert kinds.Nested(POINT).parse("[x: 1, note: hello]") == {"x": 1, "note": "hello"}
