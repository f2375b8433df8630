from datetime import timedelta

import pytest

from daybook import parse_duration


@pytest.mark.parametrize("text", ["1:60", "0:60", "12:60:00"])
def test_sixty_minutes_are_an_hour(text):
    with pytest.raises(ValueError, match="59"):
        parse_duration(text)


def test_sixty_seconds_are_a_minute():
    with pytest.raises(ValueError, match="59"):
        parse_duration("0:10:60")


def test_more_is_refused():
    with pytest.raises(ValueError, match="59"):
        parse_duration("1:75")


def test_up_to_59():
    assert parse_duration("1:59:59") == timedelta(hours=2, seconds=-1)
