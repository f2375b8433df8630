import pytest

from parcel import Field, ParcelError, Schema, Shelf
from parcel.kinds import List, Text

SCHEMA = Schema("book", [Field(1, "id", Text()), Field(2, "tags", List(Text()), default=[])])


def shelf(**tags):
    made = Shelf(SCHEMA, "id", ["tags"])
    for key, text in tags.items():
        made.put({"id": key, "tags": text.split()})
    return made


def test_put_and_get():
    made = shelf(a="new")
    assert made.get("a") == {"id": "a", "tags": ["new"]}
    assert made.get("b") is None
    assert len(made) == 1


def test_find():
    made = shelf(a="new", b="old new", c="old")
    assert [book["id"] for book in made.find("tags", "new")] == ["a", "b"]


def test_delete():
    made = shelf(a="new")
    assert made.delete("a")
    assert not made.delete("a")
    assert "a" not in made


def test_rollback():
    made = shelf(a="")
    made.begin()
    made.put({"id": "b"})
    made.rollback()
    assert [book["id"] for book in made] == ["a"]


def test_nothing_begun():
    with pytest.raises(ParcelError, match="nothing was begun"):
        shelf().commit()
