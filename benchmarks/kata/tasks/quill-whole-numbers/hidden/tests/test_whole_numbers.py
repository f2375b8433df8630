from quill import filters, render


def test_in_a_template():
    assert render("{{ pieces | number }} pieces", pieces=12500) == "12,500 pieces"


def test_another_separator():
    assert filters.number(1234567, separator=" ") == "1 234 567"


def test_rounded():
    assert filters.number(2.7) == "3"


def test_one_digit():
    assert filters.number(2.75, 1) == "2.8"
