from parcel import Field, Schema, Shelf
from parcel.kinds import List, Text

SCHEMA = Schema("book", [Field(1, "id", Text()), Field(2, "tags", List(Text()), default=[])])


def schema():
    return Schema("book", [Field(1, "id", Text()), Field(2, "tags", List(Text()), default=[])])


def test_a_default_for_each():
    made = schema()
    made.complete({"id": "a"})["tags"].append("x")
    assert made.complete({"id": "b"})["tags"] == []


def test_what_is_got_is_a_copy():
    shelf = Shelf(schema(), "id", ["tags"])
    shelf.put({"id": "a", "tags": ["new"]})
    shelf.get("a")["tags"].append("x")
    assert shelf.get("a")["tags"] == ["new"]


def test_what_is_found_is_a_copy():
    shelf = Shelf(schema(), "id", ["tags"])
    shelf.put({"id": "a", "tags": ["new"]})
    shelf.find("tags", "new")[0]["id"] = "b"
    assert shelf.get("a") == {"id": "a", "tags": ["new"]}


def test_nothing_there():
    assert Shelf(SCHEMA, "id").get("a") is None


def test_going_through_gives_copies():
    shelf = Shelf(SCHEMA, "id")
    shelf.put({"id": "a", "tags": ["new"]})
    for book in shelf:
        book["tags"].clear()
    assert shelf.get("a")["tags"] == ["new"]
