import re

from mailroom import Message, parse
from mailroom.words import decoded, encoded

LONG = "Grüße aus München und 東京 " * 9


def words(text):
    return encoded(text).split(" ")


def test_none_is_too_long():
    assert max(len(word) for word in words(LONG)) <= 75
    assert max(len(word) for word in words("é" * 300)) <= 75


def test_each_can_be_read_alone():
    found = words("€" * 100)
    assert len(found) > 1
    assert [set(decoded(word)) for word in found] == [{"€"}] * len(found)


def test_lines_of_a_message():
    message = Message.compose("ann@a.org", ["bob@b.org"], LONG.strip(), "")
    head = str(message.headers)
    assert max(len(line) for line in head.split("\n")) <= 78 + len("Subject:")
    assert parse(str(message)).subject == LONG.strip()


def test_there_and_back():
    for text in (LONG, "ü", "plain"):
        assert decoded(encoded(text)) == text


def test_short_ones_are_one_word():
    assert re.fullmatch(r"=\?utf-8\?b\?[\w+/=]+\?=", encoded("Grüße"))
