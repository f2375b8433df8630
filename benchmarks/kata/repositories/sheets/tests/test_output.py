from sheets import Sheet, dump, load, table
from sheets.format import formatted


def test_formatted():
    assert formatted(1234.5, "#,##0.00") == "1,234.50"
    assert formatted(0.125, "0.0%") == "12.5%"
    assert formatted(-3, "$0.00") == "-$3.00"
    assert formatted("text", "0.00") == "text"


def test_load():
    sheet = load("name,price\nfig,8\n")
    assert [sheet.value(name) for name in ("A1", "B1", "A2", "B2")] == ["name", "price", "fig", 8]


def test_load_elsewhere():
    sheet = load("1;2", at="B3", delimiter=";")
    assert sheet.value("C3") == 2


def test_dump():
    sheet = load('"a, b",2\n,=B1*2\n')
    assert dump(sheet) == '"a, b",2\n,4\n'
    assert dump(sheet, formulas=True) == '"a, b",2\n,=B1*2\n'


def test_table():
    sheet = load("fig,8\npears,12\n")
    assert table(sheet) == "fig     8\npears  12"


def test_nothing():
    assert dump(Sheet()) == table(Sheet()) == ""
