from sheets import Sheet
from sheets.format import formatted


def test_below_zero():
    assert formatted(-1234.5, "#,##0.00;(#,##0.00)") == "(1,234.50)"
    assert formatted(-0.25, "0%;minus 0%") == "minus 25%"


def test_zero_and_above():
    assert formatted(7, "$0.0;($0.00)") == "$7.0"
    assert formatted(0, "0;none") == "0"


def test_in_a_sheet():
    sheet = Sheet()
    sheet.set("A1", -3)
    sheet.style("A1", "0;(0)")
    assert sheet.shown("A1") == "(3)"


def test_without_a_second_part():
    assert formatted(-7, "0.0") == "-7.0"
    assert formatted(-0.01, "0.0") == "0.0"
