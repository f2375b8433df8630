import pytest

from parcel import BadRecord, Field, Migrations, ParcelError, Schema, pack, unpack
from parcel.kinds import Int, Text

ONE = Schema("person", [Field(1, "name", Text())], 1)
TWO = Schema("person", [Field(1, "called", Text())], 2)
THREE = Schema("person", [Field(1, "called", Text()), Field(2, "length", Int())], 3)


def migrations():
    made = Migrations(ONE, TWO, THREE)
    made.rename(1, 2, name="called")

    @made.step(2, 3)
    def measure(record):
        record["length"] = len(record["called"])

    return made


def test_path():
    assert migrations().path(1, 3) == [1, 2, 3]


def test_move():
    assert migrations().move({"name": "Ada"}, 1, 3) == {"called": "Ada", "length": 3}


def test_back():
    assert migrations().move({"called": "Ada"}, 2, 1) == {"name": "Ada"}


def test_no_way():
    with pytest.raises(ParcelError, match="no way from version 3 to 1"):
        migrations().path(3, 1)


def test_bad_step():
    made = Migrations(ONE, TWO)
    made.step(1, 2)(lambda record: record)
    with pytest.raises(BadRecord, match="after the step from 1 to 2"):
        made.move({"name": "Ada"}, 1, 2)


def test_unpack():
    assert unpack(TWO, pack(ONE, [{"name": "Ada"}]), migrations()) == [{"called": "Ada"}]
