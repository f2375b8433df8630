from quill import filters, render


def test_in_a_template():
    assert render("{{ path | replace: '/', '.' }}", path="a/b/c") == "a.b.c"


def test_left_out():
    assert filters.replace("1-2-3", "-") == "123"


def test_numbers():
    assert filters.replace(1.5, ".", ",") == "1,5"


def test_nothing_to_replace():
    assert filters.replace("abc", "x", "y") == "abc"
