from sheets import Sheet


def test_defined_in_capitals():
    sheet = Sheet()
    sheet.set("A1", 5)
    sheet.define("RATE", "A1")
    sheet.set("B1", "=rate+Rate")
    assert sheet.value("B1") == 10


def test_used_in_capitals():
    sheet = Sheet()
    sheet.set("A1", 5)
    sheet.define("rate", "A1")
    sheet.set("B1", "=RATE*2")
    assert sheet.value("B1") == 10


def test_one_name_is_defined_twice():
    sheet = Sheet()
    sheet.set("A1", 5)
    sheet.set("A2", 6)
    sheet.set("B1", "=Rate")
    sheet.define("rate", "A1")
    sheet.define("RATE", "A2")
    assert sheet.value("B1") == 6


def test_another_name():
    sheet = Sheet()
    sheet.define("rate", "A1")
    sheet.set("B1", "=rates")
    assert str(sheet.value("B1")) == "#NAME?"


def test_the_same_case():
    sheet = Sheet()
    sheet.set("A1", 5)
    sheet.define("rate", "A1")
    sheet.set("B1", "=rate")
    assert sheet.value("B1") == 5
