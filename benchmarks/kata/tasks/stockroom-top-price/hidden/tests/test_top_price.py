from stockroom import Catalog


def catalog():
    made = Catalog()
    made.add("A-1", "Bolt", 250)
    made.add("A-2", "Nut", 100)
    return made


def test_at_the_limit():
    assert [item.sku for item in catalog().search(max_price=250)] == ["A-1", "A-2"]


def test_for_nothing():
    made = catalog()
    made.add("A-3", "Sample", 0)
    assert [item.sku for item in made.search(max_price=0)] == ["A-3"]


def test_above_the_limit():
    assert [item.sku for item in catalog().search(max_price=249)] == ["A-2"]
