import pytest

from foreman import Report


def test_summary():
    report = Report()
    assert report.summary() == "nothing to do"
    report.note("a", "built", "new")
    report.note("b", "failed", "cc")
    assert report.summary() == "1 built, 1 failed"
    assert report.names("failed") == ["b"]


def test_table():
    report = Report()
    report.note("app", "built", "new")
    assert report.table() == "app  built    new"


def test_slowest():
    report = Report()
    report.note("a", "built", seconds=1)
    report.note("b", "built", seconds=4)
    assert report.slowest(1) == [("b", 4)]
    assert report.seconds == 5


def test_no_state():
    with pytest.raises(ValueError, match="no state"):
        Report().note("a", "done")
