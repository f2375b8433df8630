"""Names of cells: letters for the column, a number from 1 for the row."""

import re
from typing import NamedTuple

from sheets.errors import SheetError

_CELL = re.compile(r"([A-Za-z]{1,3})([1-9]\d*)")


def column_number(letters):
    """1 for A, 26 for Z, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number):
    """A for 1, Z for 26, AA for 27."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def shifted_row(row, at, count):
    """Where a row is after rows were put in (`count` above 0) or taken out (below 0); None if it is gone."""
    if row < at:
        return row
    if row < at - count:
        return None
    return row + count


class Cell(NamedTuple):
    """Column and row of a cell, both from 1."""

    column: int
    row: int

    @classmethod
    def parse(cls, name):
        match = _CELL.fullmatch(name.strip())
        if match is None:
            raise SheetError(f"{name!r} is no cell")
        return cls(column_number(match[1]), int(match[2]))

    def __str__(self):
        return f"{column_letters(self.column)}{self.row}"


class Area(NamedTuple):
    """A rectangle of cells, from its upper left to its lower right corner."""

    first: Cell
    last: Cell

    @classmethod
    def between(cls, one, other):
        """The area with these two corners, whichever they are."""
        columns = sorted((one.column, other.column))
        rows = sorted((one.row, other.row))
        return cls(Cell(columns[0], rows[0]), Cell(columns[1], rows[1]))

    @classmethod
    def parse(cls, name):
        """An area from `A1:B3`, or from a single cell."""
        one, colon, other = name.partition(":")
        return cls.between(Cell.parse(one), Cell.parse(other if colon else one))

    @property
    def width(self):
        return self.last.column - self.first.column + 1

    @property
    def height(self):
        return self.last.row - self.first.row + 1

    def rows(self):
        """The cells, row by row."""
        return [
            [Cell(column, row) for column in range(self.first.column, self.last.column + 1)]
            for row in range(self.first.row, self.last.row + 1)
        ]

    def cells(self):
        return [cell for row in self.rows() for cell in row]

    def shifted(self, at, count):
        """Rows put in between make it longer, rows taken out make it shorter; None if none is left."""
        top, bottom = shifted_row(self.first.row, at, count), shifted_row(self.last.row, at, count)
        if top is None and bottom is None:
            return None
        if top is None:
            top = at
        if bottom is None:
            bottom = at - 1
        return Area(Cell(self.first.column, top), Cell(self.last.column, bottom))

    def __str__(self):
        return str(self.first) if self.first == self.last else f"{self.first}:{self.last}"
