from parcel.checksum import check_digit, is_valid


def test_a_dash():
    assert is_valid("7992739871-3")
    assert is_valid("799 273 987 13")


def test_a_wrong_digit_stays_wrong():
    assert [is_valid(f"79927398-71{digit}") for digit in range(10)].index(True) == 3
    assert not is_valid("7992739871-9")


def test_check_digit():
    assert check_digit("799-2739871") == "3"
    assert check_digit("79927398 71 ") == "3"


def test_without_groups():
    assert is_valid("79927398713")
    assert not is_valid("79927398712")


def test_hardly_any_digits():
    assert not is_valid("0")
    assert not is_valid("- -")
