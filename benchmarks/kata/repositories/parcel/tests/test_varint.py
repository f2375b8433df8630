import pytest

from parcel import BadData
from parcel.varint import Cursor, unzigzag, write, zigzag


def written(value):
    out = bytearray()
    write(value, out)
    return bytes(out)


def test_short_and_long():
    assert written(5) == b"\x05"
    assert written(300) == b"\xac\x02"
    assert Cursor(written(300)).number() == 300


def test_zigzag():
    assert [zigzag(value) for value in (0, -1, 1, -2)] == [0, 1, 2, 3]
    assert [unzigzag(value) for value in range(4)] == [0, -1, 1, -2]


def test_too_few():
    with pytest.raises(BadData, match="2 bytes wanted at 0, but 1 are left"):
        Cursor(b"x").take(2)


def test_part():
    assert Cursor(b"\x02abc").part().take(2) == b"ab"
