from quill import render
from quill.filters import default


def test_zero():
    assert default(0, 7) == 0


def test_false_prints_no():
    assert render('{{ paid | default: "?" }}', paid=False) == "no"


def test_nothing():
    assert [default(None, 1), default("", 2)] == [1, 2]
