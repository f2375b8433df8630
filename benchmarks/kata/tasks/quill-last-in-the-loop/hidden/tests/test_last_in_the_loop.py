from quill import render


def test_a_single_item():
    assert render("{% for n in items %}{{ loop.last }}{% end %}", items=["x"]) == "yes"


def test_only_the_last():
    assert render("{% for n in items %}{{ loop.last }} {% end %}", items=[1, 2, 3]) == "no no yes "


def test_first():
    assert render("{% for n in items %}{{ loop.first }} {% end %}", items=[1, 2]) == "yes no "
