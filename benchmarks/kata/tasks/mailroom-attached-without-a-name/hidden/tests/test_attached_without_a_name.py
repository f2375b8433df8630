from mailroom import parse

MESSAGE = """Content-Type: multipart/mixed; boundary=x

--x
Content-Type: {kind}
Content-Disposition: {disposition}

first
--x

second
--x--
"""


def read(disposition, kind="text/plain"):
    message = parse(MESSAGE.format(kind=kind, disposition=disposition))
    return len(message.attachments()), message.text()


def test_attached_without_a_name():
    assert read("attachment") == (1, "second")


def test_a_name_without_being_called_attached():
    assert read("", "text/plain; name=a.txt") == (1, "second")


def test_with_a_name():
    assert read("attachment; filename=a.txt") == (1, "second")


def test_shown_in_place():
    assert read("inline; filename=a.txt") == (0, "first")


def test_nothing_said():
    assert read("") == (0, "first")
