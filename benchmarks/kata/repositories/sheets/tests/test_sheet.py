import pytest

from sheets import Sheet, SheetError


@pytest.fixture
def sheet():
    sheet = Sheet()
    sheet.set("A1", 1)
    sheet.set("A2", 2)
    sheet.set("B1", "=A1*10")
    return sheet


def test_values_follow_contents(sheet):
    assert sheet.value("B1") == 10
    sheet.set("A1", "5")
    assert sheet.value("B1") == 50


def test_a_chain(sheet):
    sheet.set("C1", "=B1+1")
    sheet.set("A1", 3)
    assert sheet.value("C1") == 31


def test_contents(sheet):
    sheet.set("C1", "'12")
    assert sheet.content("B1") == "=A1*10"
    assert sheet.content("C1") == "'12"
    assert sheet.content("D1") == ""


def test_cycle(sheet):
    sheet.set("A1", "=B1")
    assert str(sheet.value("A1")) == str(sheet.value("B1")) == "#CYCLE!"
    sheet.set("A1", 2)
    assert sheet.value("B1") == 20


def test_fill(sheet):
    sheet.fill("B1", "B2:B3")
    assert sheet.content("B2") == "=A2*10"
    assert sheet.value("B2") == 20


def test_names(sheet):
    sheet.define("prices", "A1:A2")
    sheet.set("C1", "=SUM(prices)")
    assert sheet.value("C1") == 3


def test_names_move_with_rows(sheet):
    sheet.define("prices", "A1:A2")
    sheet.set("C1", "=SUM(prices)")
    sheet.insert_rows(1)
    assert sheet.value("C2") == 3


def test_sort(sheet):
    sheet.sort("A1:A2", "A", descending=True)
    assert [sheet.value("A1"), sheet.value("A2")] == [2, 1]
    assert sheet.value("B1") == 20


def test_insert_and_delete(sheet):
    sheet.insert_rows(1, 2)
    assert sheet.content("B3") == "=A3*10"
    sheet.delete_rows(1)
    assert sheet.value("B2") == 10


def test_undo(sheet):
    sheet.set("A1", 7)
    sheet.undo()
    assert sheet.value("B1") == 10


def test_nothing_to_undo():
    with pytest.raises(SheetError):
        Sheet().undo()


def test_copy(sheet):
    other = sheet.copy()
    other.set("A1", 9)
    assert (sheet.value("B1"), other.value("B1")) == (10, 90)
