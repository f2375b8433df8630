from datetime import datetime, timedelta, timezone

import pytest

from mailroom import MailError
from mailroom.dates import format_date, parse_date, short_date

UTC = timezone.utc


def test_parse():
    assert parse_date("Tue, 7 May 2024 09:05:30 +0200") == datetime(2024, 5, 7, 7, 5, 30, tzinfo=UTC)
    assert parse_date("7 May 2024 09:05 GMT") == datetime(2024, 5, 7, 9, 5, tzinfo=UTC)
    assert parse_date("Tue, 7 May 24 09:05:30 EST") == datetime(2024, 5, 7, 14, 5, 30, tzinfo=UTC)
    assert parse_date("Tue, 7 May 2024 09:05:30 -0130 (X)") == datetime(2024, 5, 7, 10, 35, 30, tzinfo=UTC)


def test_no_date():
    for text in ("", "yesterday", "32 May 2024 10:00 GMT", "7 Foo 2024 10:00 GMT"):
        with pytest.raises(MailError):
            parse_date(text)


def test_format():
    when = datetime(2024, 5, 7, 9, 5, tzinfo=timezone(timedelta(hours=2)))
    assert format_date(when) == "Tue, 7 May 2024 09:05:00 +0200"


def test_short():
    now = datetime(2024, 5, 17, 12, 0, tzinfo=UTC)
    dates = [
        datetime(2024, 5, 17, 8, 30),
        datetime(2024, 5, 15, 8),
        datetime(2024, 3, 1),
        datetime(2022, 3, 1),
    ]
    shown = [short_date(date.replace(tzinfo=UTC), now) for date in dates]
    assert shown == ["08:30", "Wed", "1 Mar", "1 Mar 2022"]
