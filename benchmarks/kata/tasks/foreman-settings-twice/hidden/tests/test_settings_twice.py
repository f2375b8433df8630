import pytest

from foreman import ParseError, parse


def test_twice_in_a_row():
    made = parse("include x\ninclude x\na:\n    $(X)\n", read={"x": "X = 1"}.get)
    assert made.graph["a"].commands == ["1"]


def test_from_two_files():
    files = {"common": "X = 1", "tools": "include common\ntool:\n"}
    assert parse("include common\ninclude tools\n", read=files.get).default == "tool"


def test_errors_after_an_include():
    with pytest.raises(ParseError) as caught:
        parse("include x\na: nothing\n", read={"x": "X = 1"}.get, source="main")
    assert (caught.value.source, caught.value.line) == ("main", 2)


def test_really_itself():
    with pytest.raises(ParseError, match="includes itself"):
        parse("include x\n", read={"x": "include y", "y": "include x"}.get)


def test_errors_in_the_included_file():
    with pytest.raises(ParseError) as caught:
        parse("include x\n", read={"x": "\nnonsense"}.get)
    assert (caught.value.source, caught.value.line) == ("x", 2)
