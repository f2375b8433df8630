from datetime import datetime, timedelta, timezone

from mailroom.dates import short_date

NOW = datetime(2024, 1, 4, 12, tzinfo=timezone.utc)


def shown(days, zone=timezone.utc):
    return short_date((NOW - timedelta(days=days)).astimezone(zone), NOW)


def test_a_week_ago():
    assert shown(7) == "28 Dec 2023"


def test_a_week_ago_seen_from_elsewhere():
    assert shown(7.4, timezone(timedelta(hours=14))) == "28 Dec 2023"


def test_six_days_ago():
    assert shown(6) == "Fri"


def test_yesterday():
    assert shown(0.6) == "Wed"


def test_tomorrow():
    assert shown(-1) == "5 Jan"
