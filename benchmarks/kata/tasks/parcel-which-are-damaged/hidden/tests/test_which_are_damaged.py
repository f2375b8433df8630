from parcel import Field, Schema, pack, unpack
from parcel.kinds import Text

SCHEMA = Schema("note", [Field(1, "text", Text())])
TEXTS = ["one", "two", "three", "four", "five"]


def damaged(*which):
    data = pack(SCHEMA, [{"text": text} for text in TEXTS])
    for place in which:
        old = TEXTS[place].encode()
        data = data.replace(old, b"X" * len(old))
    found = []
    left = [record["text"] for record in unpack(SCHEMA, data, damaged=found)]
    return found, left


def test_two_of_them():
    assert damaged(1, 3) == ([1, 3], ["one", "three", "five"])


def test_one_after_the_other():
    assert damaged(0, 1, 4) == ([0, 1, 4], ["three", "four"])


def test_all_of_them():
    assert damaged(0, 1, 2, 3, 4) == ([0, 1, 2, 3, 4], [])


def test_a_single_one():
    assert damaged(2) == ([2], ["one", "two", "four", "five"])


def test_none():
    assert damaged() == ([], TEXTS)
