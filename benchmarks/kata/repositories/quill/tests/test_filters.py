from quill import filters


def test_join():
    assert filters.join(["a", "b", "c"]) == "a, b, c"
    assert filters.join(["a", "b", "c"], ", ", " and ") == "a, b and c"


def test_first_and_last():
    assert filters.first([1, 2, 3]) == 1
    assert filters.last([1, 2, 3]) == 3


def test_truncate():
    assert filters.truncate("short", 10) == "short"
    assert filters.truncate("the quick brown fox", 14) == "the quick..."


def test_indent():
    assert filters.indent("a\nb", 2) == "a\n  b"


def test_plural():
    assert filters.plural(1, "file") == "1 file"
    assert filters.plural(3, "file") == "3 files"


def test_number():
    assert filters.number(12345.6, 2) == "12,345.60"


def test_sort():
    assert filters.sort(["b", "A", "c"]) == ["A", "b", "c"]
