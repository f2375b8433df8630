from mailroom.quoting import depth, own_text, wrapped


def test_quoted_once():
    assert wrapped("> alpha beta gamma delta", 14) == "> alpha beta\n> gamma delta"


def test_quoted_twice():
    assert wrapped("> > alpha beta gamma", 13) == ">> alpha beta\n>> gamma"


def test_nobody_says_more_than_before():
    text = "Yes.\n\n> " + "word " * 40
    assert own_text(wrapped(text)) == "Yes."
    assert max(len(line) for line in wrapped(text).split("\n")) <= 72


def test_short_lines():
    assert wrapped("> one\n\ntwo", 9) == "> one\n\ntwo"


def test_own_lines():
    assert wrapped("alpha beta gamma", 11) == "alpha beta\ngamma"
    assert depth("alpha") == 0
