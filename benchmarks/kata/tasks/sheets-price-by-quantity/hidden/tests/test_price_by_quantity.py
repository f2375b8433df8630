from sheets import load

STEPS = "1,a\n10,b\n100,c\n"


def found(key, more=""):
    sheet = load(STEPS)
    sheet.set("D1", f"=VLOOKUP({key},A1:B3,2{more})")
    return str(sheet.value("D1"))


def test_between_two_steps():
    assert [found(key) for key in (5, 10, 99)] == ["a", "b", "b"]


def test_above_the_last_step():
    assert found(5000, ",TRUE") == "c"


def test_below_the_first_step():
    assert found(0) == "#N/A"


def test_exactly_or_not_at_all():
    assert [found(key, ",FALSE") for key in (10, 11)] == ["b", "#N/A"]
