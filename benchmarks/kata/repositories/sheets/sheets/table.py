"""Sheets as text for people."""

from sheets.address import Area, column_letters
from sheets.values import is_number


def table(sheet, area=None, headings=False):
    """The cells in columns, numbers to the right, the rest to the left; `headings` adds their names."""
    place = sheet.used() if area is None else Area.parse(area)
    if place is None:
        return ""
    lines = [[_aligned(sheet, cell) for cell in row] for row in place.rows()]
    if headings:
        lines = [[(str(number), True), *line] for number, line in enumerate(lines, place.first.row)]
        letters = [column_letters(place.first.column + index) for index in range(place.width)]
        lines.insert(0, [("", False), *((name, False) for name in letters)])
    widths = [max(len(text) for text, _ in column) for column in zip(*lines)]
    return "\n".join(_line(line, widths) for line in lines)


def _aligned(sheet, cell):
    """The text of a cell, and whether it goes to the right."""
    return sheet.shown(str(cell)), is_number(sheet.at(cell))


def _line(line, widths):
    texts = [text.rjust(width) if right else text.ljust(width) for (text, right), width in zip(line, widths)]
    return "  ".join(texts).rstrip()
