from stockroom import Catalog, Ledger, Shortage


def ledger():
    catalog = Catalog()
    catalog.add("A-1", "Bolt", 10)
    return Ledger(catalog)


def test_all_at_once():
    made = ledger()
    made.receive("A-1", 5, 3, "main")
    made.reserve("seven", "A-1", 5)
    assert made.available("A-1") == 0


def test_in_two_parts():
    made = ledger()
    made.receive("A-1", 5, 3, "main")
    made.reserve("seven", "A-1", 2)
    made.reserve("eight", "A-1", 3)
    assert made.reserved("A-1") == 5


def test_more_is_too_much():
    made = ledger()
    made.receive("A-1", 5, 3, "main")
    try:
        made.reserve("seven", "A-1", 6)
    except Shortage as error:
        assert error.available == 5
    else:
        raise AssertionError("six of five were promised")
