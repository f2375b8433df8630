"""Durations as people write them: `1h 30m`, `2d`, `90s`, `1:30`."""

import re
from datetime import timedelta

SECONDS = {"w": 7 * 24 * 3600, "d": 24 * 3600, "h": 3600, "m": 60, "s": 1}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([wdhms])")


def parse_duration(text):
    """Read `1h 30m` or `1:30` (hours and minutes) or `1:30:15`.

    Raises:
        ValueError: the text is no duration.
    """
    text = text.strip().lower()
    negative = text.startswith("-")
    if negative:
        text = text[1:].lstrip()
    seconds = _clock(text) if ":" in text else _parts(text)
    return timedelta(seconds=-seconds if negative else seconds)


def _clock(text):
    fields = text.split(":")
    if len(fields) > 3 or not all(field.isdigit() for field in fields):
        raise ValueError(f"not a duration: {text!r}")
    hours, minutes = int(fields[0]), int(fields[1])
    seconds = int(fields[2]) if len(fields) == 3 else 0
    if minutes >= 60 or seconds >= 60:
        raise ValueError(f"minutes and seconds go up to 59: {text!r}")
    return hours * 3600 + minutes * 60 + seconds


def _parts(text):
    rest = _PART.sub("", text)
    if not text or rest.strip():
        raise ValueError(f"not a duration: {text!r}")
    return sum(float(number) * SECONDS[unit] for number, unit in _PART.findall(text))


def format_duration(duration):
    """The shortest text that `parse_duration` reads back, to the second."""
    seconds = round(duration.total_seconds())
    sign = "-" if seconds < 0 else ""
    left = abs(seconds)
    parts = []
    for unit in ("d", "h", "m", "s"):
        amount, left = divmod(left, SECONDS[unit])
        if amount:
            parts.append(f"{amount}{unit}")
    return sign + " ".join(parts) if parts else "0s"


def round_to(duration, step):
    """`duration` rounded to a multiple of `step`, halves up."""
    count = (duration + step / 2) // step
    return count * step
