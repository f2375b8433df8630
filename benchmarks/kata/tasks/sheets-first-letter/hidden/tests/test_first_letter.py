from sheets import Sheet


def mid(text, start, count):
    sheet = Sheet()
    sheet.set("A1", text)
    sheet.set("B1", f"=MID(A1,{start},{count})")
    return sheet.value("B1")


def test_from_the_first():
    assert mid("spreadsheet", 1, 6) == "spread"


def test_from_the_middle():
    assert mid("spreadsheet", 7, 99) == "sheet"


def test_there_is_no_character_before_the_first():
    assert str(mid("spreadsheet", 0, 3)) == "#VALUE!"


def test_behind_the_end():
    assert mid("fig", 9, 2) == ""
