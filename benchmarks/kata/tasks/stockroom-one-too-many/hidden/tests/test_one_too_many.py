from stockroom import Catalog, Ledger


def to_reorder(stock, **details):
    catalog = Catalog()
    catalog.add("A-1", "Bolt", 10, **details)
    ledger = Ledger(catalog)
    if stock:
        ledger.receive("A-1", stock, 3, "shelf")
    return ledger.to_reorder()


def test_single_pieces():
    assert to_reorder(15, reorder_at=20) == {"A-1": 6}


def test_a_pack_that_is_just_enough():
    assert to_reorder(15, reorder_at=20, pack=6) == {"A-1": 6}


def test_nothing_there():
    assert to_reorder(0, reorder_at=3) == {"A-1": 4}


def test_a_pack_with_room():
    assert to_reorder(15, reorder_at=20, pack=10) == {"A-1": 10}


def test_no_mark():
    assert to_reorder(0) == {}
