from sheets import Sheet


def test_from_right_to_left():
    sheet = Sheet()
    sheet.set("D1", 1)
    sheet.set("C1", "=D1+1")
    sheet.set("B1", "=C1+1")
    sheet.set("A1", "=B1+C1")
    sheet.set("D1", 10)
    assert [sheet.value(name) for name in ("A1", "B1", "C1")] == [23, 12, 11]


def test_from_below():
    sheet = Sheet()
    sheet.set("A9", 1)
    for row in range(8, 0, -1):
        sheet.set(f"A{row}", f"=A{row + 1}*2")
    sheet.set("A9", 3)
    assert sheet.value("A1") == 768


def test_back_and_forth():
    sheet = Sheet()
    sheet.set("B1", 1)
    sheet.set("C1", "=B1+1")
    sheet.set("A1", "=C1+1")
    sheet.set("D1", "=A1+C1")
    sheet.set("B1", 5)
    assert [sheet.value(name) for name in ("A1", "C1", "D1")] == [7, 6, 13]


def test_from_left_to_right():
    sheet = Sheet()
    sheet.set("A1", 1)
    sheet.set("B1", "=A1+1")
    sheet.set("C1", "=A1+B1")
    sheet.set("A1", 5)
    assert sheet.value("C1") == 11


def test_a_circle_has_no_value():
    sheet = Sheet()
    sheet.set("A1", "=B1")
    sheet.set("B1", "=A1")
    sheet.set("C1", "=B1+1")
    assert [str(sheet.value(name)) for name in ("A1", "B1", "C1")] == ["#CYCLE!"] * 3
