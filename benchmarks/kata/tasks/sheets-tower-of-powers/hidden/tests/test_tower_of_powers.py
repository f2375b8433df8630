import pytest

from sheets import Sheet, SheetError


def value(formula):
    sheet = Sheet()
    sheet.set("A1", formula)
    return sheet.value("A1")


def test_from_right_to_left():
    assert value("=2^3^2") == 512
    assert value("=2^2^2^1*10") == 160


def test_negative_exponents():
    assert value("=2^-1") == 0.5
    assert value("=-2^-1") == -0.5
    assert value("=4^-2^-1") == 0.5


def test_percent_is_stronger():
    assert value("=4^50%") == 2


def test_something_must_follow():
    with pytest.raises(SheetError):
        value("=2^")
