import pytest

from quill import TemplateError, render

SOURCE = "{% for a, b in rows %}{{ a }}{{ b }};{% end %}"


def test_too_few():
    with pytest.raises(TemplateError, match="not a pair"):
        render(SOURCE, rows=[[7]])


def test_too_many():
    with pytest.raises(TemplateError, match="not a pair"):
        render(SOURCE, rows=[(1, 2, 3)])


def test_a_pair():
    assert render(SOURCE, rows=[(1, 2), "ab"]) == "12;ab;"
