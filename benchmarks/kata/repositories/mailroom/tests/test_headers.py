import pytest

from mailroom import MailError
from mailroom.headers import Headers, folded
from mailroom.words import decoded, encoded


def test_parse():
    headers = Headers.parse("From: ann@a.org\nsubject: one\n two\nTo:bob@b.org\n")
    assert headers.get("Subject") == "one two"
    assert headers.get("TO") == "bob@b.org"
    assert "cc" not in headers


def test_more_than_one():
    headers = Headers([("Received", "a"), ("To", "x@y.org"), ("Received", "b")])
    assert headers.all("received") == ["a", "b"]
    headers.remove("received")
    assert [name for name, _ in headers] == ["To"]


def test_set():
    headers = Headers([("To", "a@b.org")])
    headers.set("to", "c@d.org")
    headers.set("Subject", "x")
    assert str(headers) == "to: c@d.org\nSubject: x\n"


def test_no_header():
    with pytest.raises(MailError):
        Headers.parse("no colon here")


def test_folded():
    assert folded("Subject", "one two three", 14) == "Subject: one\n two three"
    assert folded("Subject", "unbreakable", 5) == "Subject: unbreakable"


def test_words():
    assert decoded("=?utf-8?q?caf=C3=A9_au_lait?=") == "café au lait"
    assert decoded("=?iso-8859-1?B?6Q==?=") == "é"
    assert decoded("=?nonsense?q?x?=") == "=?nonsense?q?x?="
    assert encoded("plain") == "plain"
    assert decoded(encoded("Grüße")) == "Grüße"
