"""Finding records: `age >= 18 and not (city = "Rome" or tags has "x") order by name, age desc limit 3`.

Comparisons are `= != < <= > >=`, `has` (a list has the value, a text has the part), `in [1, 2]`, `is none`
and `is not none`. Names may go into records: `address.zip`. Nothing compares with a value that isn't there.
"""

import datetime
import decimal
import operator
import re

from parcel.errors import BadQuery

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<date>\d{4}-\d\d-\d\d)|(?P<number>-?\d+(?:\.\d+)?)"""
    r"""|(?P<name>[A-Za-z_]\w*(?:\.\w+)*)|(?P<sign><=|>=|!=|[=<>()\[\],]))"""
)
_WORDS = frozenset(
    {"and", "or", "not", "in", "has", "is", "none", "true", "false", "order", "by", "desc", "limit"}
)
_SIGNS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def lookup(record, path):
    """The value at a path such as `address.zip`; None if it isn't there."""
    for name in path.split("."):
        if not isinstance(record, dict):
            return None
        record = record.get(name)
    return record


class Query:
    """A condition, an order and a limit, read from text.

    Raises:
        BadQuery: the text can't be read.
    """

    def __init__(self, text):
        self._tokens = _tokens(text)
        self._at = 0
        start = self._peek()
        self._test = (lambda record: True) if start in (None, "order", "limit") else self._either()
        self._order = self._read_order()
        self._limit = self._read_limit()
        if self._peek() is not None:
            raise BadQuery(f"{self._peek()} is not expected here")

    def matches(self, record):
        return self._test(record)

    def run(self, records):
        """The records that match, ordered, up to the limit. Those without a value to order by come last."""
        found = [record for record in records if self._test(record)]
        for path, descending in reversed(self._order):
            there = [record for record in found if lookup(record, path) is not None]
            absent = [record for record in found if lookup(record, path) is None]
            there.sort(key=lambda record, path=path: lookup(record, path), reverse=descending)
            found = there + absent
        return found if self._limit is None else found[: self._limit]

    def _peek(self):
        """The next token's text if it is a word, a sign or a name; quoted texts never look like one."""
        if self._at == len(self._tokens):
            return None
        kind, value = self._tokens[self._at]
        return value if kind in ("name", "sign") else repr(value)

    def _next(self):
        if self._at == len(self._tokens):
            raise BadQuery("the query ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self, word):
        """Go past a word or sign if it is the next one; whether it was."""
        if self._peek() != word:
            return False
        self._at += 1
        return True

    def _expect(self, word):
        if not self._skip(word):
            raise BadQuery(f"{word} is expected, not {self._peek() or 'the end'}")

    def _either(self):
        tests = [self._both()]
        while self._skip("or"):
            tests.append(self._both())
        return lambda record: any(test(record) for test in tests)

    def _both(self):
        tests = [self._single()]
        while self._skip("and"):
            tests.append(self._single())
        return lambda record: all(test(record) for test in tests)

    def _single(self):
        if self._skip("not"):
            test = self._single()
            return lambda record: not test(record)
        if self._skip("("):
            test = self._either()
            self._expect(")")
            return test
        return self._comparison()

    def _comparison(self):
        path = self._path()
        kind, word = self._next()
        if kind == "sign" and word in _SIGNS:
            compare, value = _SIGNS[word], self._value()
            return lambda record: _compared(compare, lookup(record, path), value)
        if word == "has" and kind == "name":
            value = self._value()
            return lambda record: _has(lookup(record, path), value)
        if word == "in" and kind == "name":
            values = self._values()
            return lambda record: any(_compared(operator.eq, lookup(record, path), each) for each in values)
        if word == "is" and kind == "name":
            wanted = not self._skip("not")
            self._expect("none")
            return lambda record: (lookup(record, path) is None) == wanted
        raise BadQuery(f"{word} is no comparison")

    def _path(self):
        kind, value = self._next()
        if kind != "name" or value in _WORDS:
            raise BadQuery(f"{value} is no name of a field")
        return value

    def _value(self):
        kind, value = self._next()
        if kind == "name" and value in ("true", "false"):
            return value == "true"
        if kind in ("name", "sign"):
            raise BadQuery(f"{value} is no value")
        return value

    def _values(self):
        self._expect("[")
        found = []
        while not self._skip("]"):
            if found:
                self._expect(",")
            found.append(self._value())
        return found

    def _read_order(self):
        found = []
        if self._skip("order"):
            self._expect("by")
            while not found or self._skip(","):
                path = self._path()
                found.append((path, self._skip("desc")))
        return found

    def _read_limit(self):
        if not self._skip("limit"):
            return None
        value = self._value()
        if type(value) is not int or value < 0:
            raise BadQuery(f"{value} is no limit")
        return value


def _tokens(text):
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadQuery(f"{text[at:].strip()!r} can't be read")
        kind, value = match.lastgroup, match[match.lastgroup]
        found.append((kind, _READ.get(kind, str)(value)))
        at = match.end()
    return found


def _number(text):
    return decimal.Decimal(text) if "." in text else int(text)


def _date(text):
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise BadQuery(f"there is no day {text}") from None


_READ = {"text": lambda text: text[1:-1], "date": _date, "number": _number}


def _compared(compare, one, other):
    """What the comparison says; never true for what isn't there, or for things that have no order."""
    if one is None or isinstance(one, bool) != isinstance(other, bool):
        return False
    try:
        return compare(one, other)
    except TypeError:
        return False


def _has(one, other):
    if isinstance(one, str):
        return isinstance(other, str) and other.casefold() in one.casefold()
    if isinstance(one, (list, tuple)):
        return any(_compared(operator.eq, each, other) for each in one)
    return False
