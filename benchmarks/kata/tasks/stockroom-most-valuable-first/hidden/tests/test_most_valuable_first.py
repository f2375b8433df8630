from stockroom import Catalog, Ledger
from stockroom.reports import top_by_value


def ledger(**costs):
    catalog = Catalog()
    for sku in costs:
        catalog.add(sku, sku, 10)
    made = Ledger(catalog)
    for sku, cost in costs.items():
        if cost:
            made.receive(sku, 1, cost, "shelf")
    return made


def test_largest_first():
    assert top_by_value(ledger(A=5, B=90, C=30)) == [("B", 90), ("C", 30), ("A", 5)]


def test_the_limit_keeps_the_largest():
    assert top_by_value(ledger(A=1, B=2, C=3, D=4), limit=1) == [("D", 4)]


def test_equal_values_by_sku():
    assert top_by_value(ledger(B=7, A=7)) == [("A", 7), ("B", 7)]


def test_nothing_worth_nothing():
    assert top_by_value(ledger(A=0, B=0)) == []
