from sheets import Sheet


def sheet_with_rates():
    sheet = Sheet()
    sheet.set("A1", 2)
    sheet.set("A2", 3)
    sheet.set("B1", "=100*rate")
    return sheet


def test_a_name_for_a_formula_that_waits():
    sheet = sheet_with_rates()
    sheet.define("rate", "A1")
    assert sheet.value("B1") == 200


def test_another_cell_for_the_name():
    sheet = sheet_with_rates()
    sheet.define("rate", "A1")
    sheet.set("C1", "=B1+1")
    sheet.define("rate", "A2")
    assert [sheet.value("B1"), sheet.value("C1")] == [300, 301]


def test_the_cell_behind_it_changes():
    sheet = sheet_with_rates()
    sheet.define("rate", "A1")
    sheet.define("rate", "A2")
    sheet.set("A2", 5)
    assert sheet.value("B1") == 500


def test_without_the_name():
    assert str(sheet_with_rates().value("B1")) == "#NAME?"


def test_the_name_first():
    sheet = Sheet()
    sheet.set("A1", 2)
    sheet.define("rate", "A1")
    sheet.set("B1", "=100*rate")
    sheet.set("A1", 4)
    assert sheet.value("B1") == 400
