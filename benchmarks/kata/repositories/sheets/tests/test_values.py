from sheets.values import as_text, compare, typed


def test_typed():
    assert typed("12") == 12
    assert typed(" 1.5 ") == 1.5
    assert typed("true") is True
    assert typed("12 pears") == "12 pears"
    assert typed("  ") is None
    assert typed("'text") == "text"


def test_as_text():
    assert [as_text(value) for value in (None, True, 2.0, 0.25, "a")] == ["", "TRUE", "2", "0.25", "a"]


def test_compare():
    assert compare(1, 2) < 0
    assert compare("b", "A") > 0
    assert compare("pear", "Pear") == 0
    assert compare(5, "5") < 0
