"""Dates as they stand in headers, and as people like to read them."""

import re
from datetime import datetime, timedelta, timezone

from mailroom.errors import MailError

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_DATE = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{2,4})"
    r"\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{4}|[A-Za-z]+)?"
)


def parse_date(text):
    """A time with its zone from a header such as `Tue, 7 May 2024 09:05:00 +0200`; unknown zones are UTC.

    Raises:
        MailError: it is no date.
    """
    bare = re.sub(r"\([^()]*\)", " ", text).strip()
    match = _DATE.fullmatch(bare)
    if match is None or match[2].title() not in MONTHS:
        raise MailError(f"{text!r} is no date")
    day, month, year, hour, minute, second, zone = match.groups()
    try:
        return datetime(
            _full_year(int(year), len(year)),
            MONTHS.index(month.title()) + 1,
            int(day),
            int(hour),
            int(minute),
            min(int(second or 0), 59),
            tzinfo=_zone(zone or ""),
        )
    except ValueError as error:
        raise MailError(f"{text!r} is no date: {error}") from None


def format_date(when):
    """A time as it stands in a header; one without a zone is taken for UTC."""
    offset = when.utcoffset() or timedelta()
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta() else "+"
    return (
        f"{DAYS[when.weekday()]}, {when.day} {MONTHS[when.month - 1]} {when.year:04} "
        f"{when:%H:%M:%S} {sign}{minutes // 60:02}{minutes % 60:02}"
    )


def short_date(when, now):
    """The time if it was today, the day if in the last six days, else the date; all in the zone of `now`."""
    when = when.astimezone(now.tzinfo)
    days = (now.date() - when.date()).days
    if days == 0:
        return f"{when:%H:%M}"
    if 0 < days < 7:
        return DAYS[when.weekday()]
    date = f"{when.day} {MONTHS[when.month - 1]}"
    return date if when.year == now.year else f"{date} {when.year}"


def _full_year(year, digits):
    """Years of two digits up to 49 are of this century, other short ones of the last (RFC 5322, 4.3)."""
    if digits == 2 and year < 50:
        return 2000 + year
    return 1900 + year if digits < 4 else year


def _zone(text):
    if text[:1] in ("+", "-"):
        offset = timedelta(hours=int(text[1:3]), minutes=int(text[3:]))
        return timezone(-offset if text[0] == "-" else offset)
    return timezone(timedelta(hours=_ZONES.get(text.upper(), 0)))
