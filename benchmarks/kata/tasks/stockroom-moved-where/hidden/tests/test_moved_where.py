from stockroom import Catalog, Ledger


def ledger():
    catalog = Catalog()
    catalog.add("A-1", "Bolt", 10)
    made = Ledger(catalog)
    made.receive("A-1", 5, 3, "main")
    return made


def test_each_line_names_its_place():
    made = ledger()
    made.transfer("A-1", 2, "main", "shop")
    made.transfer("A-1", 1, "shop", "van")
    places = [(line.place, line.quantity) for line in made.movements(kind="transfer")]
    assert places == [("main", -2), ("shop", 2), ("shop", -1), ("van", 1)]


def test_the_statement_tells_it():
    made = ledger()
    made.transfer("A-1", 5, "main", "shop")
    assert "+5 @ shop" in made.statement("A-1")


def test_the_pieces_are_there():
    made = ledger()
    made.transfer("A-1", 2, "main", "shop")
    assert made.on_hand("A-1", "shop") == 2
