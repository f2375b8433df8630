import datetime

import pytest

from parcel import BadRecord, Field, Schema
from parcel.kinds import Day, List


def test_a_moment():
    with pytest.raises(BadRecord, match="is no date"):
        Day().check(datetime.datetime(2024, 5, 6, 17, 30))


def test_midnight_is_a_moment_too():
    with pytest.raises(BadRecord, match="is no date"):
        List(Day()).check([datetime.datetime(2024, 5, 6)])


def test_a_date():
    day = datetime.date(2024, 5, 6)
    assert Schema("x", [Field(1, "on", Day())]).complete({"on": day}) == {"on": day}


def test_text():
    with pytest.raises(BadRecord, match="is no date"):
        Day().check("2024-05-06")
