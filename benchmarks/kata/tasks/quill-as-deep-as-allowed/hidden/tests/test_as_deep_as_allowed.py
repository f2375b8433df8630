import pytest

from quill import Library, TemplateError


def chain(length):
    texts = {str(n): "{% include '" + str(n + 1) + "' %}" for n in range(length)}
    return Library({**texts, str(length): "deep"})


def test_one_too_many():
    with pytest.raises(TemplateError, match="more than 20"):
        chain(21).render("0")


def test_just_enough():
    assert chain(20).render("0") == "deep"


def test_none():
    assert chain(0).render("0") == "deep"
