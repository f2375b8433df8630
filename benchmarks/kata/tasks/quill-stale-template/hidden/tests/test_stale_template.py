from quill import Library


def test_replaced_after_use():
    library = Library({"a": "1", "b": "{% include 'a' %}"})
    assert library.render("b") == "1"
    library.add("a", "2")
    assert library.render("b") == "2"


def test_replaced_twice():
    library = Library({"a": "1"})
    for text in ("2", "3"):
        library.render("a")
        library.add("a", text)
    assert library.render("a") == "3"


def test_replaced_before_use():
    library = Library({"a": "1"})
    library.add("a", "2")
    assert library.render("a") == "2"
