import pytest

from stockroom.money import (
    format_amount,
    parse_amount,
    percent_of,
    split_by_weight,
    split_evenly,
    with_tax,
)


@pytest.mark.parametrize(
    ("text", "cents"), [("12.50", 1250), ("3.5", 350), ("7", 700), ("-1.25", -125), ("1,200.00", 120000)]
)
def test_parse(text, cents):
    assert parse_amount(text) == cents


def test_parse_rejects_words():
    with pytest.raises(ValueError, match="not an amount"):
        parse_amount("twelve")


def test_format():
    assert format_amount(1234567) == "12,345.67"
    assert format_amount(-250) == "-2.50"


def test_percent():
    assert percent_of(2000, 19) == 380
    assert with_tax(1000, 20) == 1200


def test_split_evenly():
    assert split_evenly(100, 4) == [25, 25, 25, 25]
    assert sum(split_evenly(101, 3)) == 101


def test_split_by_weight():
    assert split_by_weight(100, [1, 1, 2]) == [25, 25, 50]
    with pytest.raises(ValueError, match="nothing"):
        split_by_weight(100, [0, 0])
