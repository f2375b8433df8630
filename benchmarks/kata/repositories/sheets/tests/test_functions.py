from sheets import Sheet


def value(formula, column=()):
    sheet = Sheet()
    for row, content in enumerate(column, 1):
        sheet.set(f"A{row}", content)
    sheet.set("C1", formula)
    return sheet.value("C1")


def test_sums():
    assert value("=SUM(A1:A3,10)", [1, 2, "x"]) == 13
    assert value("=AVERAGE(A1:A3)", [1, None, 4]) == 2.5
    assert value("=MAX(A1:A3)", [1, 7, 4]) == 7
    assert value("=COUNT(A1:A3)", [1, "x", 4]) == 2


def test_countif():
    assert value('=COUNTIF(A1:A3,">2")', [1, 3, 4]) == 2
    assert value('=SUMIF(A1:A3,"<4")', [1, 3, 4]) == 4


def test_vlookup():
    sheet = Sheet()
    for row, (name, price) in enumerate([("pear", 3), ("fig", 8)], 1):
        sheet.set(f"A{row}", name)
        sheet.set(f"B{row}", price)
    sheet.set("C1", '=VLOOKUP("fig",A1:B2,2,FALSE)')
    sheet.set("C2", '=VLOOKUP("plum",A1:B2,2,FALSE)')
    assert sheet.value("C1") == 8
    assert str(sheet.value("C2")) == "#N/A"


def test_round():
    assert value("=ROUND(2.345,1)") == 2.3
    assert value("=ROUND(1234,-2)") == 1200


def test_logic():
    assert value("=AND(TRUE,1)") is True
    assert value("=OR(FALSE,0)") is False
    assert value("=NOT(FALSE)") is True


def test_texts():
    assert value('=LEFT("pears",2)') == "pe"
    assert value('=RIGHT("pears",2)') == "rs"
    assert value('=UPPER("pears")') == "PEARS"
    assert value('=JOIN("-",A1:A3)', ["a", None, "c"]) == "a-c"


def test_unknown():
    assert str(value("=SHOUT(1)")) == "#NAME?"
