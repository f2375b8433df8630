from parcel import Field, Schema
from parcel.kinds import Choice, List, Text
from parcel.textform import dump, load

SCHEMA = Schema("answer", [Field(1, "text", Text()), Field(2, "more", Text(), default=None)])


def again(schema, **record):
    return load(schema, dump(schema, [record]))


def test_required():
    assert again(SCHEMA, text="-") == [{"text": "-", "more": None}]


def test_optional():
    assert again(SCHEMA, text="x", more="-") == [{"text": "x", "more": "-"}]


def test_nothing_by_hand():
    assert load(SCHEMA, "text: x\nmore: -\n") == [{"text": "x", "more": None}]


def test_nothing_that_is_not_the_default():
    schema = Schema("x", [Field(1, "a", Text()), Field(2, "b", Choice("-x", "y"), default="y")])
    assert again(schema, a="--", b="-x") == [{"a": "--", "b": "-x"}]


def test_in_a_list():
    schema = Schema("x", [Field(1, "a", List(Text()))])
    assert again(schema, a=["-", "- "]) == [{"a": ["-", "- "]}]
