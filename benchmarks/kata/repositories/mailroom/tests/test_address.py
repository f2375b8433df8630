import pytest

from mailroom import Address, MailError, parse_address, parse_addresses


def test_forms():
    assert parse_address("ann@a.org") == Address("", "ann@a.org")
    assert parse_address("Ann Lee <ann@a.org>") == Address("Ann Lee", "ann@a.org")
    assert parse_address("ann@a.org (Ann Lee)") == Address("Ann Lee", "ann@a.org")


def test_list():
    found = parse_addresses('"Lee, Ann" <ann@a.org>, bob@b.org')
    assert [address.mailbox for address in found] == ["ann@a.org", "bob@b.org"]
    assert found[0].name == "Lee, Ann"


def test_written():
    assert str(Address("Ann Lee", "ann@a.org")) == "Ann Lee <ann@a.org>"
    assert str(Address("Lee, Ann", "ann@a.org")) == '"Lee, Ann" <ann@a.org>'
    assert parse_address(str(Address("Zoë", "z@a.org"))) == Address("Zoë", "z@a.org")


def test_same():
    assert Address("Ann", "ann@A.org").same_as(Address("", "ann@a.org"))
    assert not Address("", "bob@a.org").same_as(Address("", "ann@a.org"))


def test_no_address():
    for text in ("", "ann", "Ann <ann@a.org", "a@b.org, c@d.org"):
        with pytest.raises(MailError):
            parse_address(text)
