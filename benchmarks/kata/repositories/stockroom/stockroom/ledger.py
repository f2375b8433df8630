"""The ledger: movements of stock, and everything that follows from them."""

from collections import defaultdict
from dataclasses import dataclass

from stockroom.money import format_amount, percent_of


class Shortage(Exception):
    """More was asked for than there is."""

    def __init__(self, sku, wanted, available):
        super().__init__(f"{sku}: {wanted} wanted, {available} available")
        self.sku = sku
        self.wanted = wanted
        self.available = available


@dataclass
class Layer:
    """Pieces that came in together at one cost."""

    quantity: int
    unit_cost: int


@dataclass(frozen=True)
class Movement:
    """One line of the journal; `quantity` is negative for what went out."""

    number: int
    kind: str
    sku: str
    place: str
    quantity: int
    cost: int
    note: str = ""

    def __str__(self):
        text = f"#{self.number} {self.kind} {self.sku} {self.quantity:+d} @ {self.place}"
        return f"{text} ({self.note})" if self.note else text


class Ledger:
    """Stock of the items of a catalog, by place.

    Args:
        catalog: the items that may be moved.
        allow_negative_counts: let `count` be called with less than what is reserved.
    """

    def __init__(self, catalog, allow_negative_counts=False):
        self.catalog = catalog
        self.allow_negative_counts = allow_negative_counts
        self._layers = defaultdict(list)
        self._reserved = defaultdict(dict)
        self._journal = []

    # Reading

    def places(self):
        """Names of the places that hold anything, in order."""
        return sorted({place for (_, place), layers in self._layers.items() if layers})

    def on_hand(self, sku, place=None):
        """Pieces there are, in one place or in all."""
        key = self.catalog.get(sku).sku
        quantity = 0
        for (layer_sku, layer_place), layers in self._layers.items():
            if layer_sku == key and place in (None, layer_place):
                quantity += sum(layer.quantity for layer in layers)
        return quantity

    def reserved(self, sku):
        """Pieces promised to orders."""
        key = self.catalog.get(sku).sku
        return sum(self._reserved[key].values())

    def available(self, sku):
        """Pieces on hand that are not promised to anybody."""
        return self.on_hand(sku) - self.reserved(sku)

    def value(self, sku, place=None):
        """What the stock has cost, in cents."""
        key = self.catalog.get(sku).sku
        cost = 0
        for (layer_sku, layer_place), layers in self._layers.items():
            if layer_sku == key and place in (None, layer_place):
                cost += sum(layer.quantity * layer.unit_cost for layer in layers)
        return cost

    def average_cost(self, sku):
        """Cents a piece, rounded to the nearest; None when there is no stock."""
        quantity = self.on_hand(sku)
        if quantity == 0:
            return None
        return (2 * self.value(sku) + quantity) // (2 * quantity)

    def total_value(self):
        """What all stock has cost, in cents."""
        return sum(self.value(item.sku) for item in self.catalog)

    def movements(self, sku=None, kind=None):
        """Lines of the journal, oldest first, of one item or kind if given."""
        key = None if sku is None else self.catalog.get(sku).sku
        return [
            line
            for line in self._journal
            if (key is None or line.sku == key) and (kind is None or line.kind == kind)
        ]

    # Moving

    def receive(self, sku, quantity, unit_cost, place, note=""):
        """Put pieces that came in at some cost into a place."""
        item = self.catalog.get(sku)
        if quantity <= 0:
            raise ValueError("only a positive quantity can be received")
        if unit_cost < 0:
            raise ValueError("a cost can't be negative")
        self._layers[item.sku, place].append(Layer(quantity, unit_cost))
        self._write("receive", item.sku, place, quantity, quantity * unit_cost, note)

    def issue(self, sku, quantity, place, note=""):
        """Take pieces out of a place, oldest first; return what they had cost.

        Raises:
            Shortage: the place holds less.
        """
        item = self.catalog.get(sku)
        taken = self._take(item.sku, quantity, place)
        cost = sum(layer.quantity * layer.unit_cost for layer in taken)
        self._write("issue", item.sku, place, -quantity, -cost, note)
        return cost

    def transfer(self, sku, quantity, source, target, note=""):
        """Move pieces from one place to another; they keep their cost.

        Raises:
            Shortage: the source holds less.
        """
        item = self.catalog.get(sku)
        if source == target:
            raise ValueError("source and target are the same place")
        taken = self._take(item.sku, quantity, source)
        cost = sum(layer.quantity * layer.unit_cost for layer in taken)
        self._layers[item.sku, target].extend(taken)
        self._write("transfer", item.sku, source, -quantity, -cost, note)
        self._write("transfer", item.sku, target, quantity, cost, note)

    def count(self, sku, place, counted, note="stock count"):
        """Set a place to what was really counted; return the difference.

        What is missing goes out oldest first. What is too much comes in at the average cost.
        """
        item = self.catalog.get(sku)
        if counted < 0:
            raise ValueError("can't count less than nothing")
        difference = counted - self.on_hand(item.sku, place)
        if not self.allow_negative_counts and self.available(item.sku) + difference < 0:
            raise Shortage(item.sku, self.reserved(item.sku), self.on_hand(item.sku) + difference)
        if difference < 0:
            taken = self._take(item.sku, -difference, place)
            cost = -sum(layer.quantity * layer.unit_cost for layer in taken)
        else:
            unit_cost = self.average_cost(item.sku) or 0
            cost = difference * unit_cost
            if difference:
                self._layers[item.sku, place].append(Layer(difference, unit_cost))
        if difference:
            self._write("count", item.sku, place, difference, cost, note)
        return difference

    def undo(self):
        """Take back the last receipt and return its line.

        Raises:
            ValueError: the last line is no receipt.
        """
        if not self._journal or self._journal[-1].kind != "receive":
            raise ValueError("only a receipt at the end of the journal can be taken back")
        line = self._journal.pop()
        self._layers[line.sku, line.place].pop()
        return line

    # Promising

    def reserve(self, order, sku, quantity):
        """Promise pieces to an order, on top of what it has been promised before.

        Raises:
            Shortage: less is available.
        """
        item = self.catalog.get(sku)
        if quantity <= 0:
            raise ValueError("only a positive quantity can be reserved")
        if quantity > self.available(item.sku):
            raise Shortage(item.sku, quantity, self.available(item.sku))
        promised = self._reserved[item.sku]
        promised[order] = promised.get(order, 0) + quantity

    def release(self, order, sku=None):
        """Forget what an order was promised, of one item or of all; return the number of pieces."""
        skus = list(self._reserved) if sku is None else [self.catalog.get(sku).sku]
        return sum(self._reserved[key].pop(order, 0) for key in skus)

    def fulfil(self, order, place):
        """Issue everything an order was promised from one place; return its cost.

        Nothing is issued unless all of it is there.

        Raises:
            Shortage: the place holds less of some item.
        """
        wanted = {sku: orders[order] for sku, orders in self._reserved.items() if order in orders}
        for sku, quantity in sorted(wanted.items()):
            if self.on_hand(sku, place) < quantity:
                raise Shortage(sku, quantity, self.on_hand(sku, place))
        cost = 0
        for sku, quantity in sorted(wanted.items()):
            cost += self.issue(sku, quantity, place, note=f"order {order}")
            del self._reserved[sku][order]
        return cost

    # Planning

    def to_reorder(self):
        """SKU -> pieces to order, in whole packs, so that more than `reorder_at` is available again."""
        wanted = {}
        for item in self.catalog:
            available = self.available(item.sku)
            if item.reorder_at and available <= item.reorder_at:
                missing = item.reorder_at + 1 - available
                packs = -(-missing // item.pack)
                wanted[item.sku] = packs * item.pack
        return wanted

    def turnover(self, sku):
        """Pieces issued for every piece received, as a fraction; None when none was received."""
        received = sum(line.quantity for line in self.movements(sku, "receive"))
        issued = -sum(line.quantity for line in self.movements(sku, "issue"))
        return issued / received if received else None

    def margin(self, sku, discount=0):
        """Cents earned by selling one piece at the catalog's price less a discount in per cent."""
        item = self.catalog.get(sku)
        price = item.price - percent_of(item.price, discount)
        cost = self.average_cost(sku)
        return price if cost is None else price - cost

    def sluggish(self, at_most=0.25):
        """SKUs of which stock is left and no more than that fraction was ever issued."""
        slow = []
        for item in self.catalog:
            turnover = self.turnover(item.sku)
            if turnover is not None and turnover <= at_most and self.on_hand(item.sku) > 0:
                slow.append(item.sku)
        return slow

    def statement(self, sku):
        """The journal of one item with a running balance, one line a movement."""
        lines = []
        balance = 0
        for line in self.movements(sku):
            balance += line.quantity
            lines.append(f"{line} -> {balance}")
        lines.append(f"value {format_amount(self.value(sku))}")
        return "\n".join(lines)

    # Inside

    def _take(self, sku, quantity, place):
        """Remove pieces from a place, oldest first, as layers."""
        if quantity <= 0:
            raise ValueError("only a positive quantity can be taken")
        held = self.on_hand(sku, place)
        if quantity > held:
            raise Shortage(sku, quantity, held)
        layers = self._layers[sku, place]
        taken = []
        left = quantity
        while left > 0:
            oldest = layers[0]
            used = min(oldest.quantity, left)
            taken.append(Layer(used, oldest.unit_cost))
            left -= used
            oldest.quantity -= used
            if oldest.quantity == 0:
                layers.pop(0)
        return taken

    def _write(self, kind, sku, place, quantity, cost, note):
        number = len(self._journal) + 1
        self._journal.append(Movement(number, kind, sku, place, quantity, cost, note))
