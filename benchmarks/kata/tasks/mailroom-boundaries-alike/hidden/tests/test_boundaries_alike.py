from mailroom import Message, parse

NESTED = """Content-Type: multipart/mixed; boundary={outer}

--{outer}
Content-Type: multipart/alternative; boundary={inner}

--{inner}

text
--{inner}
Content-Type: text/html

<b>text</b>
--{inner}--
--{outer}
Content-Type: application/pdf; name=a.pdf

%PDF
--{outer}--
"""


def kinds(source):
    return [part.content_type for part in parse(source).walk()][1:]


ALL = ["multipart/alternative", "text/plain", "text/html", "application/pdf"]


def test_the_inner_one_is_longer():
    assert kinds(NESTED.format(outer="next", inner="next.1")) == ALL


def test_the_inner_one_goes_on_with_dashes():
    assert kinds(NESTED.format(outer="part", inner="part--a")) == ALL


def test_a_line_that_only_starts_alike():
    message = parse("Content-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--xylophone\ntwo\n--x--\n")
    assert message.text() == "one\n--xylophone\ntwo"


def test_nothing_alike():
    assert kinds(NESTED.format(outer="a", inner="b")) == ALL


def test_white_space_behind():
    message = parse("Content-Type: multipart/mixed; boundary=x\n\n--x \n\none\n--x-- \nafter\n")
    assert message.text() == "one"


def test_written_and_read():
    message = Message.compose("ann@a.org", ["bob@b.org"], "x", "--part-0\nmore\n")
    message.attach("x.bin", b"x")
    assert parse(str(message)).text() == "--part-0\nmore\n"
