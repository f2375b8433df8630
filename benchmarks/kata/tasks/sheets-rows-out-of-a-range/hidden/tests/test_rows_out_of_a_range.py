from sheets import load


def expenses():
    return load("1\n2\n3\n4\n=SUM(A1:A4)\n")


def test_the_last_row():
    sheet = expenses()
    sheet.delete_rows(4)
    assert sheet.content("A4") == "=SUM(A1:A3)"
    assert sheet.value("A4") == 6


def test_the_first_rows():
    sheet = expenses()
    sheet.delete_rows(1, 2)
    assert sheet.content("A3") == "=SUM(A1:A2)"
    assert sheet.value("A3") == 7


def test_a_name():
    sheet = expenses()
    sheet.define("all", "A2:A4")
    sheet.set("B1", "=COUNT(all)")
    sheet.delete_rows(3, 2)
    assert sheet.value("B1") == 1


def test_from_the_middle():
    sheet = expenses()
    sheet.delete_rows(2, 2)
    assert sheet.value("A3") == 5


def test_all_of_it():
    sheet = expenses()
    sheet.delete_rows(1, 4)
    assert sheet.content("A1") == "=SUM(#REF!)"
    assert str(sheet.value("A1")) == "#REF!"
