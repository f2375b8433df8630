from datetime import timedelta

import pytest

from daybook.durations import format_duration, parse_duration, round_to


def test_parse_units():
    assert parse_duration("1h 30m") == timedelta(minutes=90)
    assert parse_duration("2d") == timedelta(days=2)
    assert parse_duration("1.5h") == timedelta(minutes=90)


def test_parse_clock():
    assert parse_duration("1:30") == timedelta(minutes=90)


@pytest.mark.parametrize("text", ["", "soon", "5 parsecs", "1:2:3:4"])
def test_not_a_duration(text):
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)


def test_format():
    assert format_duration(timedelta(minutes=90)) == "1h 30m"
    assert format_duration(timedelta(0)) == "0s"


def test_round_to():
    assert round_to(timedelta(minutes=13), timedelta(minutes=5)) == timedelta(minutes=15)
