import pytest

from quill import Library, TemplateError


def test_include():
    library = Library({"page": "<{% include 'part' %}>", "part": "{{ x }}"})
    assert library.render("page", x=1) == "<1>"


def test_shared_values():
    library = Library({"page": "{{ site }}/{{ x }}"}, shared={"site": "home"})
    assert library.render("page", x=1) == "home/1"


def test_endless_include():
    library = Library({"a": "{% include 'b' %}", "b": "{% include 'a' %}"})
    with pytest.raises(TemplateError, match="includes itself"):
        library.render("a")


def test_unknown():
    with pytest.raises(TemplateError, match="there are: page"):
        Library({"page": ""}).get("pgae")


def test_from_folder(tmp_path):
    (tmp_path / "hello.quill").write_text("Hi {{ name }}", encoding="utf-8")
    assert Library.from_folder(tmp_path).render("hello", name="Ada") == "Hi Ada"
