import pytest

from foreman.patterns import alternatives, matches, select, stem


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.c", "main.c", True),
        ("*.c", "src/main.c", False),
        ("src/**/*.c", "src/a/b/main.c", True),
        ("?.c", "ab.c", False),
        ("[a-c].c", "b.c", True),
    ],
)
def test_matches(pattern, path, expected):
    assert matches(pattern, path) is expected


def test_select():
    assert select(["*.c"], ["b.c", "a.c", "a.h"]) == ["a.c", "b.c"]


def test_braces():
    assert alternatives("a.{c,h}") == ["a.c", "a.h"]
    with pytest.raises(ValueError, match="never closed"):
        alternatives("a.{c")


def test_stem():
    assert stem("%.o", "main.o") == "main"
    assert stem("%.o", "main.c") is None
