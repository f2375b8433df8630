from stockroom import Catalog, Ledger, Shortage


def ledger():
    catalog = Catalog()
    catalog.add("A-1", "Bolt", 10)
    return Ledger(catalog)


def test_the_whole_shelf():
    made = ledger()
    made.receive("A-1", 5, 3, "main")
    made.reserve("seven", "A-1", 5)
    assert made.fulfil("seven", "main") == 15
    assert made.on_hand("A-1") == 0


def test_one_piece():
    made = ledger()
    made.receive("A-1", 1, 8, "main")
    made.reserve("seven", "A-1", 1)
    assert made.fulfil("seven", "main") == 8


def test_another_place_does_not_help():
    made = ledger()
    made.receive("A-1", 2, 3, "main")
    made.receive("A-1", 2, 3, "shop")
    made.reserve("seven", "A-1", 3)
    try:
        made.fulfil("seven", "main")
    except Shortage as error:
        assert error.available == 2
    else:
        raise AssertionError("pieces came from another place")
