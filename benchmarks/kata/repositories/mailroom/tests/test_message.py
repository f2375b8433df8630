import pytest

from mailroom import MailError, Message, parse, parse_address

ANN = parse_address("Ann Lee <ann@a.org>")
BOB = parse_address("bob@b.org")
TWO_PARTS = """From: ann@a.org
Content-Type: multipart/mixed; boundary="xx"

ignored
--xx
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

caf=E9
--xx
Content-Disposition: attachment; filename="a b.bin"
Content-Transfer-Encoding: base64

AAEC
--xx--
ignored
"""


def test_simple():
    message = parse("From: Ann <ann@a.org>\nSubject: =?utf-8?q?caf=C3=A9?=\n\nHello\n")
    assert message.sender.name == "Ann"
    assert message.subject == "café"
    assert message.text() == "Hello\n"
    assert message.date is None


def test_parts():
    message = parse(TWO_PARTS)
    assert message.text() == "café"
    assert [part.filename for part in message.attachments()] == ["a b.bin"]
    assert message.attachments()[0].data == b"\x00\x01\x02"


def test_written_and_read_again():
    message = parse(TWO_PARTS)
    again = parse(str(message))
    assert [part.content_type for part in again.walk()] == [part.content_type for part in message.walk()]


def test_html():
    message = parse("Content-Type: text/html\n\n<p>One &amp; <b>two</b></p>three")
    assert message.text() == "One & two\nthree"


def test_compose():
    message = Message.compose(ANN, [BOB], "Über", "Grüße\n", message_id="<1@a.org>")
    again = parse(str(message))
    assert (again.subject, again.text(), again.id) == ("Über", "Grüße\n", "<1@a.org>")
    assert again.recipients == [BOB]


def test_attach():
    message = Message.compose(ANN, [BOB], "file", "text\n")
    message.attach("x.bin", bytes(range(100)))
    again = parse(str(message))
    assert again.text() == "text\n"
    assert again.attachments()[0].data == bytes(range(100))


def test_reply():
    message = Message.compose(ANN, [BOB], "Tea", "At five?\n", message_id="<1@a.org>")
    answer = message.reply(BOB, "Yes")
    assert answer.subject == "Re: Tea"
    assert answer.addresses("To") == [ANN]
    assert answer.references == ["<1@a.org>"]
    assert answer.text() == "Yes\n\nAnn Lee wrote:\n> At five?\n"


def test_forward():
    message = Message.compose(ANN, [BOB], "Tea", "At five?\n")
    onward = message.forward(BOB, [ANN], "see below\n")
    assert onward.subject == "Fwd: Tea"
    assert onward.text() == "see below\n"
    assert [part.content_type for part in onward.parts] == ["text/plain", "message/rfc822"]


def test_no_message():
    with pytest.raises(MailError):
        parse("this is\nno message\n\n")
