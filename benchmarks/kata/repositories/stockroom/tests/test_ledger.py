import pytest

from stockroom import Catalog, Ledger, Shortage


@pytest.fixture
def ledger():
    catalog = Catalog()
    catalog.add("BOLT-M6", "Bolt M6", price=12, reorder_at=20, pack=50)
    catalog.add("NUT-M6", "Nut M6", price=8)
    return Ledger(catalog)


def test_receive_and_issue(ledger):
    ledger.receive("BOLT-M6", 100, 5, "shelf")
    assert ledger.issue("BOLT-M6", 30, "shelf") == 150
    assert ledger.on_hand("BOLT-M6") == 70
    assert ledger.value("BOLT-M6") == 350


def test_oldest_goes_first(ledger):
    ledger.receive("BOLT-M6", 10, 5, "shelf")
    ledger.receive("BOLT-M6", 10, 7, "shelf")
    assert ledger.issue("BOLT-M6", 12, "shelf") == 64


def test_shortage(ledger):
    ledger.receive("BOLT-M6", 10, 5, "shelf")
    with pytest.raises(Shortage) as caught:
        ledger.issue("BOLT-M6", 11, "shelf")
    assert caught.value.available == 10


def test_transfer(ledger):
    ledger.receive("BOLT-M6", 10, 5, "dock")
    ledger.transfer("BOLT-M6", 4, "dock", "shelf")
    assert ledger.on_hand("BOLT-M6", "dock") == 6
    assert ledger.on_hand("BOLT-M6", "shelf") == 4
    assert ledger.places() == ["dock", "shelf"]


def test_count_finds_more(ledger):
    ledger.receive("BOLT-M6", 10, 5, "shelf")
    assert ledger.count("BOLT-M6", "shelf", 12) == 2
    assert ledger.value("BOLT-M6") == 60


def test_count_finds_less(ledger):
    ledger.receive("BOLT-M6", 10, 5, "shelf")
    assert ledger.count("BOLT-M6", "shelf", 7) == -3
    assert ledger.on_hand("BOLT-M6") == 7


def test_undo(ledger):
    ledger.receive("BOLT-M6", 10, 5, "shelf")
    assert ledger.undo().quantity == 10
    assert ledger.on_hand("BOLT-M6") == 0
    with pytest.raises(ValueError, match="receipt"):
        ledger.undo()


def test_reserve_and_release(ledger):
    ledger.receive("BOLT-M6", 10, 5, "shelf")
    ledger.reserve("A1", "BOLT-M6", 4)
    assert ledger.available("BOLT-M6") == 6
    with pytest.raises(Shortage):
        ledger.reserve("A2", "BOLT-M6", 7)
    assert ledger.release("A1") == 4
    assert ledger.available("BOLT-M6") == 10


def test_fulfil(ledger):
    ledger.receive("BOLT-M6", 10, 5, "shelf")
    ledger.reserve("A1", "BOLT-M6", 4)
    assert ledger.fulfil("A1", "shelf") == 20
    assert ledger.reserved("BOLT-M6") == 0
    assert ledger.on_hand("BOLT-M6") == 6


def test_reorder(ledger):
    ledger.receive("BOLT-M6", 30, 5, "shelf")
    assert ledger.to_reorder() == {}
    ledger.issue("BOLT-M6", 15, "shelf")
    assert ledger.to_reorder() == {"BOLT-M6": 50}


def test_turnover_and_margin(ledger):
    ledger.receive("BOLT-M6", 40, 5, "shelf")
    ledger.issue("BOLT-M6", 30, "shelf")
    assert ledger.turnover("BOLT-M6") == 0.75
    assert ledger.margin("BOLT-M6") == 7
    assert ledger.margin("NUT-M6") == 8


def test_statement(ledger):
    ledger.receive("BOLT-M6", 10, 5, "shelf", note="PO 7")
    ledger.issue("BOLT-M6", 4, "shelf")
    assert ledger.statement("BOLT-M6").splitlines() == [
        "#1 receive BOLT-M6 +10 @ shelf (PO 7) -> 10",
        "#2 issue BOLT-M6 -4 @ shelf -> 6",
        "value 0.30",
    ]
