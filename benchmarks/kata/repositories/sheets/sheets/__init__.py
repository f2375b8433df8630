"""A small spreadsheet: cells, formulas, ranges, CSV."""

from sheets.csvfile import dump, load
from sheets.errors import Problem, SheetError
from sheets.sheet import Sheet
from sheets.table import table

__all__ = ["Problem", "Sheet", "SheetError", "dump", "load", "table"]
