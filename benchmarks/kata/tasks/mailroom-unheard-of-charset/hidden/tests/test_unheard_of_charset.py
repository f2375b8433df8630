from mailroom import parse, search


def text(charset, body):
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: quoted-printable\n"
    return parse(f"{head}\n{body}").text()


def test_nobody_knows_it():
    assert text("x-unknown", "=A3 5=0D=0A") == "£ 5\n"


def test_bytes_that_do_not_fit():
    assert text("utf-8", "caf=E9 au lait") == "caf\ufffd au lait"
    assert text("us-ascii", "caf=E9") == "caf\ufffd"


def test_others_are_still_found():
    box = [parse("Content-Type: text/plain; charset=x\nContent-Transfer-Encoding: base64\n\ndGVh\n")]
    assert search(box, "tea") == box


def test_known_ones():
    assert text("iso-8859-15", "=A4") == "€"
    assert text("UTF-8", "=C3=A9=0D=0A") == "é\n"
