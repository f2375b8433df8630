import pytest

from parcel import BadData, Field, Schema
from parcel.kinds import Int, Text
from parcel.textform import dump, load

SCHEMA = Schema("person", [Field(1, "name", Text()), Field(2, "age", Int(), default=None)])


def test_dump():
    records = [{"name": "Ada", "age": 36}, {"name": "Bob"}]
    assert dump(SCHEMA, records) == "name: Ada\nage: 36\n\nname: Bob\n"


def test_load():
    text = "# people\nname: Ada\nage: 36\n\n\nname: Bob\n"
    assert load(SCHEMA, text) == [{"name": "Ada", "age": 36}, {"name": "Bob", "age": None}]


def test_nothing():
    assert load(SCHEMA, "name: Ada\nage: -\n") == [{"name": "Ada", "age": None}]


def test_mistakes():
    with pytest.raises(BadData, match="line 2: 'size: 3' is no field"):
        load(SCHEMA, "name: Ada\nsize: 3\n")
    with pytest.raises(BadData, match="record at line 1: name: is missing"):
        load(SCHEMA, "age: 3\n")
