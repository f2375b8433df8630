import pytest

from sheets import SheetError
from sheets.address import Area, Cell, column_letters, column_number


def test_columns():
    assert [column_letters(number) for number in (1, 25, 28, 703)] == ["A", "Y", "AB", "AAA"]
    assert [column_number(letters) for letters in ("a", "AB", "AAA")] == [1, 28, 703]


def test_cell():
    assert Cell.parse("c12") == Cell(3, 12)
    assert str(Cell(3, 12)) == "C12"


def test_no_cell():
    for name in ("12", "A0", "A", "A-1"):
        with pytest.raises(SheetError):
            Cell.parse(name)


def test_area():
    area = Area.parse("B2:C4")
    assert (area.width, area.height) == (2, 3)
    assert str(area) == "B2:C4"
    assert [str(cell) for cell in Area.parse("A1:B2").cells()] == ["A1", "B1", "A2", "B2"]
