import pytest

from quill import TemplateError
from quill.lexer import Piece, pieces


def test_pieces():
    assert pieces("a {{ b }}{% c %}") == [
        Piece("text", "a ", 1),
        Piece("print", "b", 1),
        Piece("tag", "c", 1),
    ]


def test_comments_are_left_out():
    assert pieces("a{# no #}b") == [Piece("text", "a", 1), Piece("text", "b", 1)]


def test_dash_trims():
    assert [piece.text for piece in pieces("a \n {%- x %} b")] == ["a", "x", " b"]


def test_never_closed():
    with pytest.raises(TemplateError, match="never closed"):
        pieces("a {{ b")
