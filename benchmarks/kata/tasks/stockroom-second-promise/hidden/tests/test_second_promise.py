from stockroom import Catalog, Ledger


def ledger():
    catalog = Catalog()
    catalog.add("A-1", "Bolt", 10)
    made = Ledger(catalog)
    made.receive("A-1", 10, 3, "main")
    return made


def test_promises_add_up():
    made = ledger()
    for quantity in (1, 2, 4):
        made.reserve("x", "A-1", quantity)
    assert made.available("A-1") == 3


def test_all_of_it_is_fulfilled():
    made = ledger()
    made.reserve("x", "A-1", 2)
    made.reserve("x", "A-1", 3)
    assert made.fulfil("x", "main") == 15


def test_orders_are_apart():
    made = ledger()
    made.reserve("x", "A-1", 2)
    made.reserve("y", "A-1", 3)
    assert made.release("x") == 2
