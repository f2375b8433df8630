import pytest

from quill import Template, TemplateError, render


def test_text_and_values():
    assert render("Hello {{ name }}!", name="Ada") == "Hello Ada!"


def test_if():
    source = "{% if n > 3 %}many{% elif n > 1 %}some{% else %}few{% end %}"
    assert [render(source, n=n) for n in (5, 2, 0)] == ["many", "some", "few"]


def test_for():
    assert render("{% for x in xs %}{{ loop.number }}{{ x }} {% end %}", xs=["a", "b"]) == "1a 2b "


def test_for_empty():
    assert render("{% for x in xs %}{{ x }}{% empty %}nothing{% end %}", xs=[]) == "nothing"


def test_for_pairs():
    assert render("{% for k, v in m %}{{ k }}={{ v }};{% end %}", m={"a": 1}) == "a=1;"


def test_set():
    assert render("{% set x = 2 %}{{ x }}") == "2"


def test_none_prints_nothing():
    assert render("[{{ x }}]", x=None) == "[]"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{% if x %}", "if has no end"),
        ("{% end %}", "end of nothing"),
        ("{% else %}", "else outside"),
        ("{% shout %}", "unknown tag"),
        ("{% for x %}{% end %}", "for wants"),
        ("{% set loop = 1 %}", "word of the language"),
    ],
)
def test_mistakes(source, message):
    with pytest.raises(TemplateError, match=message):
        Template(source)
