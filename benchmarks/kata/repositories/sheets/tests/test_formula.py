import pytest

from sheets import Sheet, SheetError
from sheets.formula import Formula


def value(formula, **cells):
    sheet = Sheet()
    for name, content in cells.items():
        sheet.set(name, content)
    sheet.set("Z9", formula)
    return sheet.value("Z9")


def test_precedence():
    assert value("=1+2*3") == 7
    assert value("=(1+2)*3") == 9
    assert value("=-2^2") == -4
    assert value("=50%*10") == 5


def test_texts():
    assert value('="a"&1+1&"b"') == "a2b"
    assert value('="say ""hi"""') == 'say "hi"'


def test_comparisons():
    assert value("=1<2") is True
    assert value('="a"="A"') is True
    assert value("=A1=0") is True


def test_if_looks_at_one_side_only():
    assert value("=IF(A1>0,1/A1,0)", A1=0) == 0
    assert value("=IFERROR(1/A1,-1)", A1=0) == -1


def test_problems():
    assert str(value("=1/0")) == "#DIV/0!"
    assert str(value("=1+A1", A1="pear")) == "#VALUE!"
    assert str(value("=nothing")) == "#NAME?"
    assert str(value("=A1:A2")) == "#VALUE!"


def test_text_of_a_formula():
    for text in ("=SUM(A1:B$2)*-$C3%", '="a""b"&(1+2)', "=IF(A1,,2)"):
        assert str(Formula(text)) == text


def test_moved():
    assert str(Formula("=A1+B$2").moved(1, 1)) == "=B2+C$2"
    assert str(Formula("=A1").moved(0, -1)) == "=#REF!"


def test_shifted():
    assert str(Formula("=A1+A5").shifted(3, 2)) == "=A1+A7"
    assert str(Formula("=A1+A5").shifted(2, -1)) == "=A1+A4"


def test_no_formula():
    for text in ("=1+", "=(1", "=1 2", "=A1:", "=?"):
        with pytest.raises(SheetError):
            Formula(text)
