"""What the books say, as text."""

import csv
import io

from stockroom.money import format_amount


def table(headings, rows):
    """Columns as wide as their widest cell; numbers to the right, text to the left."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(headings, *cells)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(headings, widths)).rstrip()]
    lines.append("  ".join("-" * width for width in widths))
    for row, texts in zip(rows, cells):
        line = []
        for value, text, width in zip(row, texts, widths):
            right = isinstance(value, (int, float)) and not isinstance(value, bool)
            line.append(text.rjust(width) if right else text.ljust(width))
        lines.append("  ".join(line).rstrip())
    return "\n".join(lines)


def stock_list(ledger, include_empty=False):
    """One row an item: SKU, name, on hand, available, value."""
    rows = []
    for item in ledger.catalog:
        on_hand = ledger.on_hand(item.sku)
        if on_hand == 0 and not include_empty:
            continue
        value = format_amount(ledger.value(item.sku))
        rows.append((item.sku, item.name, on_hand, ledger.available(item.sku), value))
    return table(("SKU", "Name", "On hand", "Available", "Value"), rows)


def journal_csv(ledger, sku=None):
    """The journal as CSV with a heading."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["number", "kind", "sku", "place", "quantity", "cost", "note"])
    for line in ledger.movements(sku):
        writer.writerow(
            [line.number, line.kind, line.sku, line.place, line.quantity, format_amount(line.cost), line.note]
        )
    return out.getvalue()


def top_by_value(ledger, limit=5):
    """(SKU, value) of the most valuable stock, the largest first; equal values by SKU."""
    values = [(item.sku, ledger.value(item.sku)) for item in ledger.catalog]
    values.sort(key=lambda pair: (-pair[1], pair[0]))
    return [pair for pair in values if pair[1] > 0][:limit]
