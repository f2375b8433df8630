"""Items by SKU."""

import re
from dataclasses import dataclass, field

_SKU = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")


@dataclass
class Item:
    sku: str
    name: str
    price: int
    """Sales price of a piece, in cents."""
    reorder_at: int = 0
    """Order more when no more than this is available."""
    pack: int = 1
    """Pieces in the pack that suppliers sell."""
    tags: set = field(default_factory=set)


def normalise(sku):
    """SKUs are written in capitals with dashes.

    Raises:
        ValueError: it can't be read as a SKU.
    """
    cleaned = re.sub(r"[\s_]+", "-", sku.strip()).upper()
    if not _SKU.fullmatch(cleaned):
        raise ValueError(f"not a SKU: {sku!r}")
    return cleaned


class Catalog:
    def __init__(self):
        self._items = {}

    def __len__(self):
        return len(self._items)

    def __iter__(self):
        return iter(sorted(self._items.values(), key=lambda item: item.sku))

    def __contains__(self, sku):
        return normalise(sku) in self._items

    def add(self, sku, name, price, **details):
        key = normalise(sku)
        if key in self._items:
            raise ValueError(f"{key} is in the catalog already")
        if price < 0:
            raise ValueError("a price can't be negative")
        self._items[key] = Item(key, name, price, **details)

    def get(self, sku):
        """The item of that SKU.

        Raises:
            KeyError: it isn't in the catalog.
        """
        key = normalise(sku)
        if key not in self._items:
            raise KeyError(f"{key} is not in the catalog")
        return self._items[key]

    def search(self, text="", tags=(), max_price=None):
        """Items whose name or SKU holds the text (in any case), with all of the tags."""
        wanted = text.casefold()
        found = []
        for item in self:
            if wanted not in item.name.casefold() and wanted not in item.sku.casefold():
                continue
            if not item.tags.issuperset(tags):
                continue
            if max_price is not None and item.price > max_price:
                continue
            found.append(item)
        return found
