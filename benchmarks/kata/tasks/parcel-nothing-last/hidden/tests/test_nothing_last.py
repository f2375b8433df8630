from parcel import Query

ROWS = [
    {"id": 1, "price": 5, "city": "Rome"},
    {"id": 2, "price": None, "city": "Bonn"},
    {"id": 3, "price": 9, "city": None},
    {"id": 4, "city": "Bonn"},
]


def ids(text):
    return [row["id"] for row in Query(text).run(ROWS)]


def test_numbers():
    assert ids("order by price desc") == [3, 1, 2, 4]


def test_texts():
    assert ids("order by city desc") == [1, 2, 4, 3]


def test_two_columns():
    assert ids("order by price desc, id desc") == [3, 1, 4, 2]
    assert ids("order by city desc, price desc") == [1, 2, 4, 3]


def test_upwards():
    assert ids("order by price") == [1, 3, 2, 4]


def test_one_up_one_down():
    assert ids("order by city, id desc") == [4, 2, 1, 3]
