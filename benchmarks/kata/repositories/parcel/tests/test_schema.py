import pytest

from parcel import BadRecord, Field, Schema
from parcel.kinds import Int, Text

SCHEMA = Schema("person", [Field(1, "name", Text()), Field(2, "age", Int(), default=None)])


def test_defaults():
    assert SCHEMA.complete({"name": "Ada"}) == {"name": "Ada", "age": None}


def test_missing():
    with pytest.raises(BadRecord, match="name: is missing"):
        SCHEMA.complete({})


def test_unknown():
    with pytest.raises(BadRecord, match="size: no such field"):
        SCHEMA.complete({"name": "Ada", "size": 3})


def test_problems():
    assert SCHEMA.problems({"age": "x"}) == ["name: is missing", "age: 'x' is no whole number"]


def test_same_number():
    with pytest.raises(ValueError, match="same name or number"):
        Schema("x", [Field(1, "a", Int()), Field(1, "b", Int())])
