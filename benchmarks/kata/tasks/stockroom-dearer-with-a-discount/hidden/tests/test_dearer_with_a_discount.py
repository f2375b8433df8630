from stockroom import Catalog, Ledger


def ledger(price):
    catalog = Catalog()
    catalog.add("A-1", "Bolt", price)
    return Ledger(catalog)


def test_a_quarter_off():
    made = ledger(200)
    made.receive("A-1", 3, 100, "main")
    assert made.margin("A-1", 25) == 50


def test_without_a_cost():
    assert ledger(200).margin("A-1", 50) == 100


def test_no_discount():
    made = ledger(200)
    made.receive("A-1", 3, 80, "main")
    assert made.margin("A-1") == 120
