from parcel import Field, Schema, pack, unpack
from parcel.kinds import Text
from parcel.varint import Cursor, write


def written(value):
    out = bytearray()
    write(value, out)
    return bytes(out)


def test_the_largest_in_one_byte():
    assert written(127) == b"\x7f"


def test_the_largest_in_two_bytes():
    assert written(16383) == b"\xff\x7f"


def test_a_text_of_that_length():
    schema = Schema("note", [Field(1, "text", Text())])
    assert unpack(schema, pack(schema, [{"text": "x" * 127}])) == [{"text": "x" * 127}]


def test_others():
    assert [len(written(value)) for value in (0, 126, 128, 16384)] == [1, 1, 2, 3]
    assert Cursor(written((1 << 64) - 1)).number() == (1 << 64) - 1
