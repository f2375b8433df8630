from stockroom import Catalog, Ledger


def ledger():
    catalog = Catalog()
    catalog.add("A-1", "Bolt", 10)
    return Ledger(catalog)


def test_the_later_price_is_gone():
    made = ledger()
    made.receive("A-1", 2, 3, "main")
    made.receive("A-1", 2, 50, "main")
    made.undo()
    assert made.value("A-1") == 6


def test_the_later_quantity_is_gone():
    made = ledger()
    made.receive("A-1", 7, 1, "main")
    made.receive("A-1", 5, 1, "main")
    assert made.undo().quantity == 5
    assert made.on_hand("A-1") == 7


def test_a_single_receipt():
    made = ledger()
    made.receive("A-1", 7, 1, "main")
    made.undo()
    assert made.on_hand("A-1") == 0
