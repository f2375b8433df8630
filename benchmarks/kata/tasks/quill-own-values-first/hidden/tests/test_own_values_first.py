from quill import Library


def test_given_values_win():
    library = Library({"x": "{{ a }}{{ b }}"}, shared={"a": 1, "b": 2})
    assert library.render("x", b=3) == "13"


def test_all_given():
    library = Library({"x": "{{ a }}"}, shared={"a": "no"})
    assert library.render("x", a="yes") == "yes"


def test_shared_values_are_seen():
    assert Library({"x": "{{ a }}"}, shared={"a": 1}).render("x") == "1"
