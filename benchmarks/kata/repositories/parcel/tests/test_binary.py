import pytest

from parcel import BadData, Field, Schema, decode, encode, pack, unpack
from parcel.kinds import Int, Text

OLD = Schema("person", [Field(1, "name", Text())])
NEW = Schema("person", [Field(1, "name", Text()), Field(2, "age", Int(), default=None)])


def test_there_and_back():
    record = {"name": "Ada", "age": 36}
    assert decode(NEW, encode(NEW, record)) == record


def test_unknown_fields_are_left_out():
    assert decode(OLD, encode(NEW, {"name": "Ada", "age": 36})) == {"name": "Ada"}


def test_new_fields_have_their_default():
    assert decode(NEW, encode(OLD, {"name": "Ada"})) == {"name": "Ada", "age": None}


def test_many():
    records = [{"name": "Ada"}, {"name": "Bob"}]
    assert unpack(OLD, pack(OLD, records)) == records


def test_damage():
    data = bytearray(pack(OLD, [{"name": "Ada"}]))
    data[-3] ^= 1
    with pytest.raises(BadData, match="record 0 is damaged"):
        unpack(OLD, data)


def test_no_package():
    with pytest.raises(BadData, match="no package"):
        unpack(OLD, b"PC")
