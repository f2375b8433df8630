import pytest

from parcel import Migrations, ParcelError, Schema


def made(*steps):
    migrations = Migrations(*[Schema("person", [], version) for version in range(1, 10)])
    for start, end in steps:
        migrations.step(start, end)(lambda record: record)
    return migrations


def test_round_the_dead_end():
    assert made((1, 2), (1, 4), (2, 3), (3, 5)).path(1, 5) == [1, 2, 3, 5]


def test_as_few_steps_as_possible():
    assert made((1, 4), (4, 5), (5, 6), (1, 3), (3, 6)).path(1, 6) == [1, 3, 6]


def test_past_the_end_and_back():
    assert made((1, 4), (1, 9), (9, 5)).path(1, 5) == [1, 9, 5]


def test_really_no_way():
    with pytest.raises(ParcelError, match="no way from version 1 to 5"):
        made((1, 2), (2, 1), (4, 5)).path(1, 5)


def test_already_there():
    assert made((1, 2)).path(1, 1) == [1]
