import pytest

from parcel import BadQuery, Query

PEOPLE = [
    {"name": "Ada", "age": 36, "tags": ["math"], "home": {"city": "London"}},
    {"name": "Bob", "age": 7, "tags": [], "home": None},
    {"name": "Cleo", "age": None, "tags": ["math", "new"], "home": {"city": "Rome"}},
]


def names(text):
    return [person["name"] for person in Query(text).run(PEOPLE)]


def test_comparisons():
    assert names("age >= 18") == ["Ada"]
    assert names("name = 'Bob'") == ["Bob"]
    assert names("home.city != 'Rome'") == ["Ada"]


def test_logic():
    assert names("age = 7 or age = 36") == ["Ada", "Bob"]
    assert names("not (age = 7 or age = 36)") == ["Cleo"]
    assert names("age > 1 and age < 10") == ["Bob"]


def test_words():
    assert names("tags has 'math'") == ["Ada", "Cleo"]
    assert names("age in [7, 8]") == ["Bob"]
    assert names("age is none") == ["Cleo"]


def test_order_and_limit():
    assert names("order by name desc limit 2") == ["Cleo", "Bob"]


@pytest.mark.parametrize("text", ["age >", "age 3", "(age = 3", "age = 3 limit x", "age = 3 4"])
def test_mistakes(text):
    with pytest.raises(BadQuery):
        Query(text)
