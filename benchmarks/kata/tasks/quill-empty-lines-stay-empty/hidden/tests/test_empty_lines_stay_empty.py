from quill import filters, render


def test_an_empty_line():
    assert filters.indent("a\n\nb", 2) == "a\n\n  b"


def test_the_line_break_at_the_end():
    assert filters.indent("a\nb\n", 2) == "a\n  b\n"


def test_in_a_template():
    assert render("{{ text | indent: 1, true }}", text="a\n\nb") == " a\n\n b"


def test_the_first_line_too():
    assert filters.indent("a\nb", 2, first_line=True) == "  a\n  b"
