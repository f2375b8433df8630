from parcel import Field, Schema
from parcel.kinds import List, Text, pieces
from parcel.textform import dump, load

SCHEMA = Schema("shop", [Field(1, "sizes", List(Text()))])


def again(*sizes):
    return load(SCHEMA, dump(SCHEMA, [{"sizes": list(sizes)}])) == [{"sizes": list(sizes)}]


def test_a_quote_and_a_comma():
    assert again('3", short')
    assert again('a", "b', "c")


def test_a_quote_and_a_bracket():
    assert again('["', 'x"]')


def test_a_backslash_at_the_end():
    assert again("C:\\", 'say "no", or', "\\\\")


def test_pieces():
    assert pieces(r'"a\", b", c') == [r'"a\", b"', "c"]


def test_without_quotes():
    assert again("plain", "with, comma", "[in brackets]")
    assert pieces("a, [b, c]") == ["a", "[b, c]"]
