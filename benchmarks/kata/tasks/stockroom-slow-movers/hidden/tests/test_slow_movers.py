from stockroom import Catalog, Ledger


def ledger(issued):
    catalog = Catalog()
    catalog.add("A-1", "Bolt", 10)
    made = Ledger(catalog)
    made.receive("A-1", 8, 3, "main")
    if issued:
        made.issue("A-1", issued, "main")
    return made


def test_exactly_half():
    assert ledger(4).sluggish(at_most=0.5) == ["A-1"]


def test_nothing_sold():
    assert ledger(0).sluggish(at_most=0) == ["A-1"]


def test_sold_well():
    assert ledger(6).sluggish() == []
