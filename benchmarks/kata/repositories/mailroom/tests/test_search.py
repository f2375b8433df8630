import pytest

from mailroom import MailError, parse, search

BOX = [
    parse("From: Ann <ann@a.org>\nTo: bob@b.org\nSubject: Tea\nDate: 7 May 2024 10:00 GMT\n\nAt five?\n"),
    parse(
        "From: bob@b.org\nTo: ann@a.org\nSubject: Re: Tea\nDate: 8 May 2024 10:00 GMT\n\nYes\n> At five?\n"
    ),
    parse("From: eve@c.org\nSubject: Annual report\n\nIt is late.\n"),
]


def found(query):
    return [BOX.index(message) for message in search(BOX, query)]


def test_words():
    assert found("tea") == [0, 1]
    assert found('"it is"') == [2]
    assert found("") == [0, 1, 2]


def test_fields():
    assert found("from:ann") == [0]
    assert found("to:ann") == [1]
    assert found('subject:"annual report"') == [2]
    assert found("is:reply") == [1]


def test_dates():
    assert found("before:2024-05-08") == [0]
    assert found("after:2024-05-08") == [1]


def test_logic():
    assert found("tea -yes") == [0]
    assert found("yes OR late") == [1, 2]
    assert found("(yes OR late) -tea") == [2]


def test_mistakes():
    for query in ("(tea", "tea)", "before:soon", "has:wings", "OR tea", "-", "larger:x"):
        with pytest.raises(MailError):
            search(BOX, query)
