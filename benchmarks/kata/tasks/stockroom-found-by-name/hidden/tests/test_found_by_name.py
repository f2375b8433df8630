from stockroom import Catalog


def found(text):
    catalog = Catalog()
    catalog.add("AN-10", "Wall anchor", 30)
    catalog.add("BOLT-6", "Bolt", 12)
    return [item.sku for item in catalog.search(text)]


def test_by_name():
    assert found("wall") == ["AN-10"]


def test_by_sku():
    assert found("an-1") == ["AN-10"]
    assert found("-") == ["AN-10", "BOLT-6"]


def test_by_both():
    assert found("BOLT") == ["BOLT-6"]


def test_by_neither():
    assert found("nail") == []
