import pytest

from mailroom import MailError, parse
from mailroom.transfer import decode


def test_bytes():
    assert decode("dGVh", "Base64") == b"tea"
    assert decode("=3D", "QUOTED-PRINTABLE") == b"="
    assert decode("tea", " 7Bit ") == b"tea"


def test_text():
    message = parse("Content-Transfer-Encoding: Quoted-Printable\n\nt=65a\n")
    assert message.text() == "tea\n"


def test_text_that_needs_no_decoding():
    head = "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8BIT\n"
    assert parse(head + "\ncafé\n").text() == "café\n"


def test_size():
    assert parse("Content-Transfer-Encoding: 8BIT\n\ntea").size() == 3


def test_small_letters():
    assert parse("Content-Transfer-Encoding: base64\n\ndGVh\n").text() == "tea"


def test_unknown():
    with pytest.raises(MailError):
        decode("x", "UUENCODE")
