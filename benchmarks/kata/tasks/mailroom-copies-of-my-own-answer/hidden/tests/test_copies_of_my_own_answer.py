from mailroom import parse, parse_address, parse_addresses

BOB = parse_address("Bob <bob@b.org>")


def copies(to, cc=""):
    message = parse(f"From: Ann <ann@a.org>\nTo: {to}\nCc: {cc}\n\nAt five?\n")
    return message.reply(BOB, "Yes", to_all=True).headers.get("Cc")


def test_not_to_the_one_who_answers():
    assert copies("Robert <bob@b.org>, eve@c.org") == "eve@c.org"
    assert copies("bob@B.Org", "eve@c.org") == "eve@c.org"


def test_not_to_the_author_again():
    assert copies("bob@b.org", "ann@A.org, eve@c.org") == "eve@c.org"


def test_each_only_once():
    assert copies("Eve <eve@c.org>, dan@d.org", "eve@C.org, dan@d.org") == "Eve <eve@c.org>, dan@d.org"


def test_others_with_small_and_capital_letters():
    assert copies("Eve@c.org", "eve@c.org") == "Eve@c.org, eve@c.org"


def test_addresses_are_read_as_they_are():
    assert str(parse_addresses("Robert <bob@B.ORG>")[0]) == "Robert <bob@B.ORG>"


def test_nobody_else():
    assert copies("Bob <bob@b.org>") == ""
