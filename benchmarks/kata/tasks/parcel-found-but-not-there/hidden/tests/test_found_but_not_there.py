from parcel import Field, Schema, Shelf
from parcel.kinds import Text


def shelf(*books):
    made = Shelf(Schema("book", [Field(1, "id", Text()), Field(2, "by", Text())]), "id", ["by"])
    for book in books:
        made.put(dict(zip(("id", "by"), book.split())))
    return made


def ids(made, author):
    return [book["id"] for book in made.find("by", author)]


def test_put_taken_back():
    made = shelf("emma Austen")
    made.begin()
    made.put({"id": "dracula", "by": "Stoker"})
    made.rollback()
    assert made.find("by", "Stoker") == []
    assert made.counts("by") == {"Austen": 1}


def test_delete_taken_back():
    made = shelf("emma Austen", "persuasion Austen")
    made.begin()
    made.delete("emma")
    made.rollback()
    assert ids(made, "Austen") == ["emma", "persuasion"]


def test_inner_one_only():
    made = shelf()
    made.begin()
    made.put({"id": "emma", "by": "Austen"})
    made.begin()
    made.put({"id": "emma", "by": "Anon"})
    made.rollback()
    assert ids(made, "Austen") == ["emma"]
    made.rollback()
    assert made.counts("by") == {}


def test_commit():
    made = shelf()
    made.begin()
    made.put({"id": "emma", "by": "Austen"})
    made.commit()
    assert ids(made, "Austen") == ["emma"]
