import pytest

from quill import Template, TemplateError
from quill.lexer import pieces


def test_a_comment_of_three_lines():
    assert [piece.line for piece in pieces("{# a\nb\nc #}{{ x }}")] == [3]


def test_the_error_names_the_line():
    with pytest.raises(TemplateError, match="line 3"):
        Template("{{ a |\n upper }}\n{% nonsense %}")


def test_lines_of_text():
    assert [piece.line for piece in pieces("a\nb{{ x }}")] == [1, 2]
