import decimal

from parcel import Field, Schema, Shelf, decode, encode
from parcel.kinds import Decimal, Int, List, Nested, Text

BOOK = Schema("book", [Field(1, "id", Text()), Field(2, "tags", List(Text()), default=[])])
LINE = Schema("line", [Field(1, "what", Text()), Field(2, "count", Int(), default=1)])


def test_what_is_put_in_is_a_copy():
    shelf, tags = Shelf(BOOK, "id", ["tags"]), ["new"]
    shelf.put({"id": "a", "tags": tags})
    tags.clear()
    assert shelf.get("a")["tags"] == ["new"]
    shelf.delete("a")
    assert shelf.find("tags", "new") == []


def test_always_a_list():
    record = BOOK.complete({"id": "a", "tags": ("x", "y")})
    assert record["tags"] == ["x", "y"]


def test_defaults_inside():
    order = Schema("order", [Field(1, "lines", List(Nested(LINE)))])
    record = {"lines": [{"what": "tea"}]}
    assert decode(order, encode(order, record)) == {"lines": [{"what": "tea", "count": 1}]}


def test_each_value_as_its_kind_wants_it():
    assert str(List(Decimal(2)).check([1, decimal.Decimal("2.5")])[1]) == "2.50"


def test_equal_lists():
    assert List(Int(), longest=2).check([1, 2]) == [1, 2]
