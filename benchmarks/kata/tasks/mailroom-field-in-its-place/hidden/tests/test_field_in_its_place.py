from mailroom import parse
from mailroom.headers import Headers


def test_it_stays_in_its_place():
    headers = Headers([("A", "1"), ("B", "2"), ("C", "3")])
    headers.set("a", "4")
    assert list(headers) == [("a", "4"), ("B", "2"), ("C", "3")]


def test_the_first_of_several():
    headers = Headers([("X", "0"), ("A", "1"), ("B", "2"), ("A", "3"), ("C", "4"), ("a", "5")])
    headers.set("A", "6")
    assert list(headers) == [("X", "0"), ("A", "6"), ("B", "2"), ("C", "4")]


def test_in_a_message():
    message = parse("Subject: tee\nTo: bob@b.org\n\nAt five?\n")
    message.headers.set("Subject", "tea")
    assert str(message) == "Subject: tea\nTo: bob@b.org\n\nAt five?\n"


def test_the_last_one():
    headers = Headers([("A", "1"), ("B", "2")])
    headers.set("B", "3")
    assert list(headers) == [("A", "1"), ("B", "3")]


def test_a_new_one():
    headers = Headers([("A", "1")])
    headers.set("B", "2")
    assert list(headers) == [("A", "1"), ("B", "2")]
