import pytest

from stockroom import Catalog


@pytest.fixture
def catalog():
    catalog = Catalog()
    catalog.add("BOLT-M6", "Bolt M6", price=12, tags={"metal"})
    catalog.add("anchor 10", "Wall anchor", price=30)
    return catalog


def test_skus_are_normalised(catalog):
    assert catalog.get("bolt_m6").name == "Bolt M6"
    assert "ANCHOR-10" in catalog


def test_iterates_in_order(catalog):
    assert [item.sku for item in catalog] == ["ANCHOR-10", "BOLT-M6"]


def test_no_duplicates(catalog):
    with pytest.raises(ValueError, match="already"):
        catalog.add("Bolt-M6", "again", price=1)


def test_unknown(catalog):
    with pytest.raises(KeyError):
        catalog.get("NUT-M6")


def test_search(catalog):
    assert [item.sku for item in catalog.search("bolt")] == ["BOLT-M6"]
    assert [item.sku for item in catalog.search(tags=["metal"])] == ["BOLT-M6"]
    assert [item.sku for item in catalog.search(max_price=20)] == ["BOLT-M6"]
