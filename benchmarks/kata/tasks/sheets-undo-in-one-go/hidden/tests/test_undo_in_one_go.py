import pytest

from sheets import SheetError, load


def column(sheet):
    return [sheet.value(f"A{row}") for row in range(1, 5)]


def test_fill_is_one_step():
    sheet = load("3\n1\n")
    sheet.fill("A1", "A2:A4")
    sheet.undo()
    assert column(sheet) == [3, 1, None, None]


def test_sort_is_one_step():
    sheet = load("3\n1\n4\n1\n")
    sheet.sort("A1:A4", "A")
    assert column(sheet) == [1, 1, 3, 4]
    sheet.undo()
    assert column(sheet) == [3, 1, 4, 1]


def test_the_step_before():
    sheet = load("3\n")
    sheet.set("A2", 5)
    sheet.fill("A2", "A3:A4")
    sheet.undo()
    sheet.undo()
    assert column(sheet) == [3, None, None, None]


def test_one_cell():
    sheet = load("3\n")
    sheet.set("A1", 5)
    sheet.undo()
    assert sheet.value("A1") == 3
    sheet.undo()
    with pytest.raises(SheetError):
        sheet.undo()
