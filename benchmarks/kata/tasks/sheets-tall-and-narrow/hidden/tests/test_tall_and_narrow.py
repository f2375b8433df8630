from sheets import Sheet, dump, load, table


def test_more_rows_than_columns():
    assert dump(load("1,2\n3,4\n5,6\n")) == "1,2\n3,4\n5,6\n"


def test_more_columns_than_rows():
    assert dump(load("1,2,3\n")) == "1,2,3\n"


def test_table():
    assert table(load("a\nb\nc\n")) == "a\nb\nc"


def test_a_square():
    assert str(load("1,2\n3,4\n").used()) == "A1:B2"


def test_nothing():
    assert Sheet().used() is None
