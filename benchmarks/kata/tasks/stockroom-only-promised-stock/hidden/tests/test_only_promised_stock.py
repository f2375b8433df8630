from stockroom import Catalog, Ledger, Shortage


def ledger():
    catalog = Catalog()
    catalog.add("A-1", "Bolt", 10)
    return Ledger(catalog)


def test_just_enough_for_the_orders():
    made = ledger()
    made.receive("A-1", 4, 3, "main")
    made.reserve("seven", "A-1", 4)
    assert made.count("A-1", "main", 4) == 0


def test_empty_and_nothing_promised():
    made = ledger()
    made.receive("A-1", 4, 3, "main")
    assert made.count("A-1", "main", 0) == -4


def test_less_than_promised():
    made = ledger()
    made.receive("A-1", 4, 3, "main")
    made.reserve("seven", "A-1", 3)
    try:
        made.count("A-1", "main", 2)
    except Shortage as error:
        assert error.wanted == 3
    else:
        raise AssertionError("promised pieces were counted away")
