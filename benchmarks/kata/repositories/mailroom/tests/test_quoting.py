from mailroom.quoting import depth, own_text, quoted, without_signature, wrapped


def test_quoted():
    assert quoted("one\n\n> two\n") == "> one\n>\n>> two"


def test_depth():
    assert [depth(line) for line in ("a", "> a", ">> a", "> > a")] == [0, 1, 2, 2]


def test_own_text():
    assert own_text("Yes\n\nAnn wrote:\n> At five?\n-- \nBob") == "Yes"


def test_signature():
    assert without_signature("text\n-- \nBob") == "text"
    assert without_signature("text\n--\nmore") == "text\n--\nmore"


def test_wrapped():
    assert wrapped("one two three", 8) == "one two\nthree"
    assert wrapped("> one two three", 15) == "> one two three"
