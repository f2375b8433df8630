from sheets import Sheet


def template():
    sheet = Sheet()
    sheet.set("A1", 1.5)
    sheet.set("A2", 2)
    sheet.style("A1", "0.0")
    sheet.define("rate", "A1")
    return sheet


def test_styles_of_the_copy():
    sheet = template()
    sheet.copy().style("A1:A2", "0.000")
    assert [sheet.shown("A1"), sheet.shown("A2")] == ["1.5", "2"]


def test_names_of_the_copy():
    sheet = template()
    sheet.copy().define("rate", "A2")
    sheet.set("B1", "=rate*2")
    assert sheet.value("B1") == 3


def test_names_of_the_original():
    sheet = template()
    other = sheet.copy()
    sheet.define("rate", "A2")
    other.set("B1", "=rate*2")
    assert other.value("B1") == 3


def test_they_start_alike():
    other = template().copy()
    other.set("B1", "=rate*2")
    assert (other.shown("A1"), other.value("B1")) == ("1.5", 3)


def test_contents():
    sheet = template()
    sheet.copy().set("A1", 9)
    assert sheet.value("A1") == 1.5
