import pytest

from quill import Library, TemplateError


def test_twice_within_a_part():
    library = Library(
        {"page": "{% include 'table' %}", "table": "{% include 'row' %}{% include 'row' %}", "row": "-"}
    )
    assert library.render("page") == "--"


def test_in_a_loop_of_a_part():
    library = Library(
        {
            "page": "{% include 'table' %}",
            "table": "{% for x in xs %}{% include 'row' %}{% end %}",
            "row": "{{ x }};",
        }
    )
    assert library.render("page", xs=[1, 2, 3]) == "1;2;3;"


def test_twice_on_a_page():
    library = Library({"page": "{% include 'row' %}{% include 'row' %}", "row": "-"})
    assert library.render("page") == "--"


def test_itself():
    library = Library({"page": "{% include 'a' %}", "a": "{% include 'b' %}", "b": "{% include 'a' %}"})
    with pytest.raises(TemplateError, match="a -> b -> a"):
        library.render("page")
