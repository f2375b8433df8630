import pytest

from mailroom import MailError
from mailroom.transfer import decode, encode


def test_quoted_printable():
    assert decode("a=20=3D b=\nc", "quoted-printable") == b"a = bc"
    assert encode("é=".encode(), "quoted-printable") == "=C3=A9=3D"


def test_there_and_back():
    data = "grün ".encode() * 40 + b"\n\nend "
    text = encode(data, "quoted-printable")
    assert decode(text, "quoted-printable") == data
    assert max(len(line) for line in text.split("\n")) <= 76


def test_base64():
    assert decode("AAE\nC", "base64") == b"\x00\x01\x02"
    assert encode(b"\x00\x01\x02", "base64") == "AAEC\n"


def test_mistakes():
    for text, encoding in (("A", "base64"), ("x", "uuencode")):
        with pytest.raises(MailError):
            decode(text, encoding)
