from stockroom import Catalog, Ledger


def ledger(quantity, **details):
    catalog = Catalog()
    catalog.add("A-1", "Bolt", 10, **details)
    made = Ledger(catalog)
    if quantity:
        made.receive("A-1", quantity, 3, "main")
    return made


def test_at_the_mark():
    assert ledger(4, reorder_at=4).to_reorder() == {"A-1": 1}


def test_at_the_mark_in_packs():
    assert ledger(6, reorder_at=6, pack=10).to_reorder() == {"A-1": 10}


def test_above_the_mark():
    assert ledger(7, reorder_at=6).to_reorder() == {}
