import pytest

from stockroom import Catalog, Ledger
from stockroom.reports import journal_csv, stock_list, table, top_by_value


@pytest.fixture
def ledger():
    catalog = Catalog()
    catalog.add("BOLT-M6", "Bolt M6", price=12)
    catalog.add("NUT-M6", "Nut M6", price=8)
    ledger = Ledger(catalog)
    ledger.receive("BOLT-M6", 100, 5, "shelf", note="first")
    return ledger


def test_table_aligns():
    assert table(("Name", "No"), [("a", 1), ("bcdef", 22)]) == "Name   No\n-----  --\na       1\nbcdef  22"


def test_stock_list(ledger):
    assert stock_list(ledger).splitlines()[-1].split() == ["BOLT-M6", "Bolt", "M6", "100", "100", "5.00"]


def test_csv(ledger):
    assert journal_csv(ledger).splitlines()[1] == "1,receive,BOLT-M6,shelf,100,5.00,first"


def test_top(ledger):
    assert top_by_value(ledger) == [("BOLT-M6", 500)]
