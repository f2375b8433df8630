"""What two honest runs may differ in gets one name; what they may not stays as it is."""

import json

import pytest

from dgm.models.normal import normalised


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 passed in 0.31s", "5 passed in 12.40s"),
        ("3 ms a call", "4000 ms a call"),
        ("12 µs", "0.5 µs"),
        ("<Basket object at 0x7f00aa11>", "<Basket object at 0x55d0c0ffee00>"),
        ("at 2026-11-20T10:00:01Z", "at 2027-01-02T23:59:59.5+01:00"),
        ("-rw-r--r-- 1 a a 12 Nov 20 10:00 x", "-rw-r--r-- 1 a a 12 Jan  2 11:30 x"),
        ("Sat Nov 21 06:53:24 UTC 2026", "Sun Jan  3 11:30:07 UTC 2027"),
        ("Date:   Sat Nov 21 06:53:24 2026 +0000", "Date:   Sun Jan 3 11:30:07 2027 +0100"),
        ("-rw-r--r-- 1 a a 12 Nov 20  2025 x", "-rw-r--r-- 1 a a 12 Jan  2  2024 x"),
        ("File /tmp/tmpab12cd_9/x", "File /tmp/tmpzz00yy_8/x"),
        ("up 12:01:59", "up 9:10:11.25"),
        ("/tmp/dgm-process-0a1b/agent", "/tmp/dgm-process-ffee/agent"),
    ],
)
def test_durations_dates_addresses_and_places_are_named(one: str, other: str) -> None:
    assert normalised(one) == normalised(other) != one
    quoted = [json.dumps(f"before\n{text}\nafter") for text in (one, other)]
    assert normalised(quoted[0]) == normalised(quoted[1]) == json.dumps(f"before\n{normalised(one)}\nafter")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 of 4 passed", "4 of 4 passed"),
        ("line 12, in total", "line 13, in total"),
        ("assert 0x10 == 16", "assert 0x11 == 16"),
        ("version 2.31.0", "version 2.32.0"),
        ("return price * 2", "return price * 3"),
        ("12 sums", "13 sums"),
    ],
)
def test_what_an_agent_read_or_wrote_still_tells_apart(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)
