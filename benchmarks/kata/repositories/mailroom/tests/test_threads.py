from mailroom import parse, threads
from mailroom.subjects import base_subject, reply_subject


def message(name, subject, hour, references=""):
    head = f"Message-ID: <{name}>\nSubject: {subject}\nDate: 7 May 2024 {hour}:00 GMT\n"
    return parse(head + (f"References: {references}\n" if references else "") + "\n")


def test_answers_below():
    found = threads(
        [
            message("c", "Re: Tea", 12, "<a> <b>"),
            message("a", "Tea", 10),
            message("b", "Re: Tea", 11, "<a>"),
        ]
    )
    assert [thread.outline() for thread in found] == ["Tea\n  Re: Tea\n    Re: Tea"]


def test_newest_first():
    found = threads([message("a", "old", 10), message("b", "new", 11)])
    assert [thread.subject for thread in found] == ["new", "old"]


def test_missing_parent():
    found = threads([message("b", "Re: Tea", 11, "<a>"), message("c", "Re: Tea", 12, "<a>")])
    assert found[0].outline() == "(missing)\n  Re: Tea\n  Re: Tea"
    assert found[0].subject == "Tea"


def test_by_subject():
    found = threads([message("a", "Tea", 10), message("b", "Re: tea", 11)])
    assert len(found) == 1
    assert [one.id for one in found[0].messages()] == ["<a>", "<b>"]


def test_subjects():
    assert base_subject("Re: [tea] Fwd: at five") == "at five"
    assert reply_subject("AW: x") == "AW: x"
