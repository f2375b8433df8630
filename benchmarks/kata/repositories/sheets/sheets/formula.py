"""Formulas: reading, calculating and moving them.

A formula is a tree of nodes. Each node knows its value, given the book in which cells and names are found;
its text; and the leaves below it that name cells. `mapped` gives the same tree with other leaves.

From weak to strong: comparisons, `&`, `+ -`, `* /`, a sign, `^` (from right to left), `%`.
"""

import re

from sheets import functions
from sheets.address import Area, Cell, column_letters, shifted_row
from sheets.errors import Problem, SheetError
from sheets.values import Block, as_number, as_text, as_truth, compare

MAX_DEPTH = 60
_TOKEN = re.compile(
    r"""
    (?P<number> (?: \d+\.?\d* | \.\d+ ) (?: [eE][+-]?\d+ )? )
  | (?P<text> "(?:[^"]|"")*" )
  | (?P<cell> \$?[A-Za-z]{1,3}\$?[1-9]\d* (?![\w(]) )
  | (?P<word> [A-Za-z_]\w* )
  | (?P<missing> \#REF! )
  | (?P<sign> <> | <= | >= | [-+*/^&=<>%(),:] )
    """,
    re.VERBOSE,
)
_REFERENCE = re.compile(r"(\$?)([A-Za-z]+)(\$?)(\d+)")
_LEVELS = [("=", "<>", "<", "<=", ">", ">="), ("&",), ("+", "-"), ("*", "/")]


class Node:
    """What most nodes have in common: parts, and nothing that names a cell but in the parts."""

    parts = ()

    def leaves(self):
        return [leaf for part in self.parts for leaf in part.leaves()]

    def mapped(self, change):
        """The node with every leaf that names cells replaced by `change(leaf)`."""
        return self


class Constant(Node):
    def __init__(self, value):
        self._value = value

    def value(self, book):
        return self._value

    def text(self):
        if isinstance(self._value, str):
            return '"' + self._value.replace('"', '""') + '"'
        return as_text(self._value)


class Missing(Node):
    """A reference to cells that have gone."""

    def value(self, book):
        raise Problem("#REF!")

    def text(self):
        return "#REF!"


class Reference(Node):
    """A cell; the parts that have a dollar in front stay as they are when the formula is copied."""

    def __init__(self, cell, column_fixed=False, row_fixed=False):
        self.cell = cell
        self.column_fixed = column_fixed
        self.row_fixed = row_fixed

    @classmethod
    def parse(cls, text):
        column_sign, column, row_sign, row = _REFERENCE.fullmatch(text).groups()
        return cls(Cell.parse(column + row), bool(column_sign), bool(row_sign))

    def value(self, book):
        value = book.at(self.cell)
        if isinstance(value, Problem):
            raise Problem(value.code)
        return value

    def text(self):
        column = "$" * self.column_fixed + column_letters(self.cell.column)
        return column + "$" * self.row_fixed + str(self.cell.row)

    def leaves(self):
        return [self]

    def mapped(self, change):
        return change(self)

    def area(self, book):
        return Area(self.cell, self.cell)

    def at_row(self, row):
        return Reference(Cell(self.cell.column, row), self.column_fixed, self.row_fixed)

    def moved(self, columns, rows):
        column = self.cell.column + (0 if self.column_fixed else columns)
        row = self.cell.row + (0 if self.row_fixed else rows)
        if column < 1 or row < 1:
            return Missing()
        return Reference(Cell(column, row), self.column_fixed, self.row_fixed)

    def shifted(self, at, count):
        row = shifted_row(self.cell.row, at, count)
        return Missing() if row is None else self.at_row(row)


class Range(Node):
    """All cells between two corners."""

    def __init__(self, first, last):
        self.first = first
        self.last = last

    def value(self, book):
        return _block(self.area(book), book)

    def text(self):
        return f"{self.first.text()}:{self.last.text()}"

    def leaves(self):
        return [self]

    def mapped(self, change):
        return change(self)

    def area(self, book):
        return Area.between(self.first.cell, self.last.cell)

    def moved(self, columns, rows):
        first, last = self.first.moved(columns, rows), self.last.moved(columns, rows)
        if isinstance(first, Missing) or isinstance(last, Missing):
            return Missing()
        return Range(first, last)

    def shifted(self, at, count):
        area = self.area(None).shifted(at, count)
        if area is None:
            return Missing()
        upper, lower = sorted((self.first, self.last), key=lambda corner: corner.cell.row)
        return Range(upper.at_row(area.first.row), lower.at_row(area.last.row))


class Name(Node):
    """A cell or an area that has been given a name."""

    def __init__(self, name):
        self.name = name

    def value(self, book):
        area = self.area(book)
        if area is None:
            raise Problem("#NAME?")
        if area.first == area.last:
            return Reference(area.first).value(book)
        return _block(area, book)

    def text(self):
        return self.name

    def leaves(self):
        return [self]

    def area(self, book):
        return book.named(self.name)

    def moved(self, columns, rows):
        return self

    def shifted(self, at, count):
        return self


class Group(Node):
    """Something in parentheses."""

    def __init__(self, inner):
        self.parts = (inner,)

    def value(self, book):
        return self.parts[0].value(book)

    def text(self):
        return f"({self.parts[0].text()})"

    def mapped(self, change):
        return Group(self.parts[0].mapped(change))


class Sign(Node):
    def __init__(self, sign, operand):
        self.sign = sign
        self.parts = (operand,)

    def value(self, book):
        number = as_number(_single(self.parts[0].value(book)))
        return -number if self.sign == "-" else number

    def text(self):
        return self.sign + self.parts[0].text()

    def mapped(self, change):
        return Sign(self.sign, self.parts[0].mapped(change))


class Percent(Node):
    def __init__(self, operand):
        self.parts = (operand,)

    def value(self, book):
        return as_number(_single(self.parts[0].value(book))) / 100

    def text(self):
        return self.parts[0].text() + "%"

    def mapped(self, change):
        return Percent(self.parts[0].mapped(change))


class Binary(Node):
    def __init__(self, sign, left, right):
        self.sign = sign
        self.parts = (left, right)

    def value(self, book):
        left, right = (_single(part.value(book)) for part in self.parts)
        if self.sign == "&":
            return as_text(left) + as_text(right)
        if self.sign in _LEVELS[0]:
            return _holds(compare(left, right), self.sign)
        return _calculated(as_number(left), self.sign, as_number(right))

    def text(self):
        return self.parts[0].text() + self.sign + self.parts[1].text()

    def mapped(self, change):
        left, right = self.parts
        return Binary(self.sign, left.mapped(change), right.mapped(change))


class Call(Node):
    """A function; IF and IFERROR look only at the arguments that they need."""

    def __init__(self, name, arguments):
        self.name = name.upper()
        self.parts = tuple(arguments)

    def value(self, book):
        if self.name == "IF" and 2 <= len(self.parts) <= 3:
            return self._choice(book)
        if self.name == "IFERROR" and len(self.parts) == 2:
            try:
                return _single(self.parts[0].value(book))
            except Problem:
                return self.parts[1].value(book)
        return functions.call(self.name, [part.value(book) for part in self.parts])

    def text(self):
        return f"{self.name}({','.join(part.text() for part in self.parts)})"

    def mapped(self, change):
        return Call(self.name, [part.mapped(change) for part in self.parts])

    def _choice(self, book):
        test, yes, *no = self.parts
        if as_truth(_single(test.value(book))):
            return yes.value(book)
        return no[0].value(book) if no else False


class Formula:
    """A formula, read from a text that starts with `=`.

    Raises:
        SheetError: the text is no formula.
    """

    def __init__(self, source):
        self._root = _Parser(source).parse() if isinstance(source, str) else source

    def __str__(self):
        return "=" + self._root.text()

    def value(self, book):
        """The value, or the Problem that there is instead of it."""
        try:
            value = _single(self._root.value(book))
        except Problem as problem:
            return Problem(problem.code)
        except OverflowError:
            return Problem("#VALUE!")
        return 0 if value is None else value

    def reads(self, book):
        """The cells whose values it needs."""
        areas = [leaf.area(book) for leaf in self._root.leaves()]
        return {cell for area in areas if area is not None for cell in area.cells()}

    def names(self):
        return {leaf.name for leaf in self._root.leaves() if isinstance(leaf, Name)}

    def moved(self, columns, rows):
        """The formula as it is when copied so many columns to the right and rows down."""
        return Formula(self._root.mapped(lambda leaf: leaf.moved(columns, rows)))

    def shifted(self, at, count):
        """The formula after rows were put in (`count` above 0) or taken out (below 0) at row `at`."""
        return Formula(self._root.mapped(lambda leaf: leaf.shifted(at, count)))


class _Parser:
    """One method for each level of the grammar, from weak to strong."""

    def __init__(self, source):
        self._source = source
        self._tokens = self._cut(source[1:])
        self._place = 0
        self._depth = 0

    def parse(self):
        node = self._binary(0)
        if self._place < len(self._tokens):
            raise self._mistake(f"{self._tokens[self._place][1]} is not expected")
        return node

    def _cut(self, text):
        tokens, place = [], 0
        while text[place:].strip():
            place += len(text[place:]) - len(text[place:].lstrip())
            match = _TOKEN.match(text, place)
            if match is None:
                raise self._mistake(f"can't read {text[place:]}")
            tokens.append((match.lastgroup, match[0]))
            place = match.end()
        return tokens

    def _mistake(self, what):
        return SheetError(f"{self._source}: {what}")

    def _ahead(self, *signs):
        return self._place < len(self._tokens) and self._tokens[self._place] in [("sign", s) for s in signs]

    def _take(self):
        if self._place == len(self._tokens):
            raise self._mistake("something is missing at the end")
        self._place += 1
        return self._tokens[self._place - 1]

    def _expect(self, sign):
        if not self._ahead(sign):
            raise self._mistake(f"{sign} is missing")
        self._place += 1

    def _binary(self, level):
        if level == len(_LEVELS):
            return self._sign()
        node = self._binary(level + 1)
        while self._ahead(*_LEVELS[level]):
            _, sign = self._take()
            node = Binary(sign, node, self._binary(level + 1))
        return node

    def _sign(self):
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._mistake("too deep")
        if self._ahead("-", "+"):
            node = Sign(self._take()[1], self._sign())
        else:
            node = self._power()
        self._depth -= 1
        return node

    def _power(self):
        base = self._percent()
        if not self._ahead("^"):
            return base
        self._take()
        return Binary("^", base, self._sign())

    def _percent(self):
        node = self._single()
        while self._ahead("%"):
            self._take()
            node = Percent(node)
        return node

    def _single(self):
        kind, text = self._take()
        if kind == "number":
            return Constant(float(text) if re.search("[.eE]", text) else int(text))
        if kind == "text":
            return Constant(text[1:-1].replace('""', '"'))
        if kind == "missing":
            return Missing()
        if kind == "cell":
            return self._cells(Reference.parse(text))
        if kind == "word":
            return self._word(text)
        if text == "(":
            inner = self._binary(0)
            self._expect(")")
            return Group(inner)
        raise self._mistake(f"{text} is not expected")

    def _cells(self, first):
        if not self._ahead(":"):
            return first
        self._take()
        kind, text = self._take()
        if kind != "cell":
            raise self._mistake(f"{text} is no cell")
        return Range(first, Reference.parse(text))

    def _word(self, word):
        if self._ahead("("):
            return Call(word, self._arguments())
        if word.upper() in ("TRUE", "FALSE"):
            return Constant(word.upper() == "TRUE")
        return Name(word.lower())

    def _arguments(self):
        """Arguments in parentheses; one that is left out is an empty value."""
        self._expect("(")
        if self._ahead(")"):
            self._take()
            return []
        arguments = []
        while True:
            arguments.append(Constant(None) if self._ahead(",", ")") else self._binary(0))
            if self._ahead(")"):
                self._take()
                return arguments
            self._expect(",")


def _block(area, book):
    return Block([[Reference(cell).value(book) for cell in row] for row in area.rows()])


def _single(value):
    if isinstance(value, Block):
        raise Problem("#VALUE!")
    return value


def _holds(order, sign):
    return {
        "=": order == 0,
        "<>": order != 0,
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
    }[sign]


def _calculated(left, sign, right):
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    if sign == "*":
        return left * right
    if sign == "/":
        if right == 0:
            raise Problem("#DIV/0!")
        return left / right
    if left == 0 and right < 0:
        raise Problem("#DIV/0!")
    if left < 0 and right != int(right):
        raise Problem("#VALUE!")
    return float(left) ** right
