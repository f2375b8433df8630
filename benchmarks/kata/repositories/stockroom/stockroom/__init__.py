"""Stock keeping: a catalogue, a ledger of movements, and reports."""

from stockroom.catalog import Catalog, Item
from stockroom.ledger import Ledger, Shortage

__all__ = ["Catalog", "Item", "Ledger", "Shortage"]
