"""Sheets from and to comma-separated values."""

import csv
import io

from sheets.address import Area, Cell
from sheets.sheet import Sheet


def load(text, at="A1", delimiter=",", sheet=None):
    """The sheet with the fields of a text put in from the cell `at` on; a new sheet if none is given."""
    sheet = Sheet() if sheet is None else sheet
    corner = Cell.parse(at)
    for row, fields in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), corner.row):
        for column, field in enumerate(fields, corner.column):
            sheet.set(str(Cell(column, row)), field)
    return sheet


def dump(sheet, area=None, delimiter=",", formulas=False):
    """The values as they are shown; with `formulas` what `load` wants to make the same sheet again."""
    place = sheet.used() if area is None else Area.parse(area)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    for row in place.rows() if place else []:
        writer.writerow([sheet.content(str(cell)) if formulas else sheet.shown(str(cell)) for cell in row])
    return out.getvalue()
