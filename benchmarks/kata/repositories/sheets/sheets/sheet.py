"""Cells and what is in them; values are kept up to date as contents change."""

from sheets.address import Area, Cell, shifted_row
from sheets.errors import Problem, SheetError
from sheets.format import formatted
from sheets.formula import Formula
from sheets.values import sort_key, typed, untyped


class Sheet:
    """A sheet without cells. Cells and areas are called by their names, such as `B2` and `A1:C9`."""

    def __init__(self):
        self._contents = {}
        self._values = {}
        self._patterns = {}
        self._names = {}
        self._readers = {}
        self._past = []

    def set(self, name, content):
        """Put a number, a text, a truth value or None into a cell; texts count as typed by hand."""
        self._change({Cell.parse(name): _content(content)})

    def content(self, name):
        """What was put in, as a text to type."""
        content = self._contents.get(Cell.parse(name))
        return str(content) if isinstance(content, Formula) else untyped(content)

    def value(self, name):
        """The value of a cell: None if it is empty, a Problem if its formula has no value."""
        return self.at(Cell.parse(name))

    def shown(self, name):
        """The value as a text, by the pattern of the cell."""
        cell = Cell.parse(name)
        return formatted(self.at(cell), self._patterns.get(cell, ""))

    def at(self, cell):
        content = self._contents.get(cell)
        return self._values.get(cell) if isinstance(content, Formula) else content

    def used(self):
        """The smallest area from A1 with all that is in the sheet; None if nothing is."""
        if not self._contents:
            return None
        last = Cell(max(cell.column for cell in self._contents), max(cell.row for cell in self._contents))
        return Area(Cell(1, 1), last)

    def style(self, area, pattern):
        """Show the numbers of an area by a pattern such as `#,##0.00`."""
        for cell in Area.parse(area).cells():
            self._patterns[cell] = pattern

    def define(self, name, area):
        """Give an area a name that formulas can use, or another area to a name."""
        if not name.isidentifier() or name.upper() in ("TRUE", "FALSE"):
            raise SheetError(f"{name!r} is no name")
        self._names[name.lower()] = Area.parse(area)
        using = [cell for cell, formula in self._formulas() if name.lower() in formula.names()]
        for cell in using:
            self._link(cell)
        self._recalculate(using)

    def named(self, name):
        return self._names.get(name)

    def fill(self, source, area):
        """Copy a cell into all cells of an area; its references move along."""
        origin = Cell.parse(source)
        content, pattern = self._contents.get(origin), self._patterns.get(origin, "")
        changes = {}
        for cell in Area.parse(area).cells():
            changes[cell] = content
            if isinstance(content, Formula):
                changes[cell] = content.moved(cell.column - origin.column, cell.row - origin.row)
            self._patterns[cell] = pattern
        self._change(changes)

    def sort(self, area, by, descending=False):
        """Sort the rows of an area by the values of a column (its letters); empty ones come last."""
        rows = Area.parse(area).rows()
        place = Cell.parse(f"{by}1").column - rows[0][0].column
        if not 0 <= place < len(rows[0]):
            raise SheetError(f"column {by} is not in {area}")
        full = [row for row in rows if not isinstance(self.at(row[place]), (Problem, type(None)))]
        full.sort(key=lambda row: sort_key(self.at(row[place])), reverse=descending)
        changes = {}
        for source, target in zip(full + [row for row in rows if row not in full], rows):
            for old, new in zip(source, target):
                content = self._contents.get(old)
                changes[new] = (
                    content.moved(0, new.row - old.row) if isinstance(content, Formula) else content
                )
        self._change(changes)

    def insert_rows(self, at, count=1):
        """Put empty rows in above the row `at`. Can't be undone, nor can what was done before."""
        self._shift(at, count)

    def delete_rows(self, at, count=1):
        """Take rows out. Can't be undone, nor can what was done before."""
        self._shift(at, -count)

    def undo(self):
        """Take back the last change of contents.

        Raises:
            SheetError: there is none.
        """
        if not self._past:
            raise SheetError("nothing to undo")
        self._put(self._past.pop())

    def copy(self):
        """An independent sheet with the same contents; nothing in it can be undone."""
        other = Sheet()
        other._patterns = dict(self._patterns)
        other._names = dict(self._names)
        other._put(self._contents)
        return other

    def _formulas(self):
        return [(cell, content) for cell, content in self._contents.items() if isinstance(content, Formula)]

    def _change(self, changes):
        former = {cell: self._contents.get(cell) for cell in changes}
        self._put(changes)
        self._past.append(former)

    def _put(self, changes):
        for cell, content in changes.items():
            if content is None:
                self._contents.pop(cell, None)
            else:
                self._contents[cell] = content
            self._values.pop(cell, None)
            self._link(cell)
        self._recalculate(changes)

    def _link(self, cell):
        """Note which cells the formula of `cell` reads."""
        for readers in self._readers.values():
            readers.discard(cell)
        content = self._contents.get(cell)
        if isinstance(content, Formula):
            for source in content.reads(self):
                self._readers.setdefault(source, set()).add(cell)

    def _recalculate(self, changed):
        """Calculate all that depends on the changed cells, each formula after those that it reads."""
        waiting = self._dependents(changed)
        while waiting:
            ready = [cell for cell in waiting if not waiting & self._contents[cell].reads(self)]
            for cell in ready:
                self._values[cell] = self._contents[cell].value(self)
            if not ready:
                ready = [cell for cell in waiting if self._reads_itself(cell)]
                self._values.update(dict.fromkeys(ready, Problem("#CYCLE!")))
            waiting.difference_update(ready)

    def _reads_itself(self, cell):
        return cell in self._dependents(self._readers.get(cell, ()))

    def _dependents(self, changed):
        """The formulas among the changed cells, and all that read them, directly or not."""
        found, left = set(), list(changed)
        while left:
            cell = left.pop()
            if cell not in found:
                found.add(cell)
                left.extend(self._readers.get(cell, ()))
        return {cell for cell in found if isinstance(self._contents.get(cell), Formula)}

    def _shift(self, at, count):
        if at < 1 or count == 0:
            raise SheetError(f"no rows at {at}")
        contents = {}
        for cell, content in self._contents.items():
            row = shifted_row(cell.row, at, count)
            if row is not None:
                moved = content.shifted(at, count) if isinstance(content, Formula) else content
                contents[Cell(cell.column, row)] = moved
        patterns = {(cell, shifted_row(cell.row, at, count)): text for cell, text in self._patterns.items()}
        self._patterns = {Cell(cell.column, row): text for (cell, row), text in patterns.items() if row}
        areas = {name: area.shifted(at, count) for name, area in self._names.items()}
        self._names = {name: area for name, area in areas.items() if area is not None}
        self._contents, self._values, self._readers, self._past = {}, {}, {}, []
        self._put(contents)


def _content(content):
    if isinstance(content, str):
        return Formula(content.strip()) if content.strip().startswith("=") else typed(content)
    return content
