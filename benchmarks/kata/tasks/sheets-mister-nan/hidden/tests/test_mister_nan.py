from sheets import load
from sheets.values import typed


def test_words():
    for text in ("nan", "NaN", "inf", "-inf", "Infinity"):
        assert typed(text) == text


def test_underscores():
    assert typed("1_000") == "1_000"
    assert typed("1_0.5") == "1_0.5"


def test_a_column_with_such_words():
    sheet = load("Nan\n4\n=COUNT(A1:A2)\n")
    assert sheet.value("A3") == 1


def test_numbers():
    assert [typed(text) for text in ("12", "-0.5", ".5", "3.", "1e3", "20%")] == [12, -0.5, 0.5, 3, 1000, 0.2]


def test_other_words():
    assert [typed(text) for text in ("none", "1e", "e5")] == ["none", "1e", "e5"]
