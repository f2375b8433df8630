from parcel.checksum import Checksum, check_digit, is_valid


def test_known_value():
    assert Checksum(b"123456789").value == 0x29B1


def test_pieces():
    assert Checksum(b"ab").update(b"c").digest() == Checksum(b"abc").digest()


def test_check_digit():
    assert check_digit("7992739871") == "3"
    assert is_valid("79927398713")
    assert not is_valid("79927398710")
