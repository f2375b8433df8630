"""The kinds of values that fields have.

Every kind has five methods: `check` gives back a value of its own that is sure to fit, `write` and `read`
turn it into bytes and back, `show` and `parse` into text and back. `write` and `show` get only values that
were checked.
"""

import datetime
import decimal

from parcel import varint
from parcel.errors import BadData, BadRecord

_EPOCH = datetime.date(1970, 1, 1).toordinal()


class Int:
    """A whole number from `low` to `high`, both included."""

    def __init__(self, low=-(1 << 63), high=(1 << 63) - 1):
        self.low = low
        self.high = high

    def check(self, value):
        if not isinstance(value, int) or isinstance(value, bool):
            raise BadRecord(f"{value!r} is no whole number")
        if not self.low <= value <= self.high:
            raise BadRecord(f"{value} is not from {self.low} to {self.high}")
        return value

    def write(self, value, out):
        varint.write(varint.zigzag(value), out)

    def read(self, cursor):
        return varint.unzigzag(cursor.number())

    def show(self, value):
        return str(value)

    def parse(self, text):
        try:
            return int(text)
        except ValueError:
            raise BadData(f"{text!r} is no whole number") from None


class Bool:
    """True or false."""

    def check(self, value):
        if not isinstance(value, bool):
            raise BadRecord(f"{value!r} is neither True nor False")
        return value

    def write(self, value, out):
        out.append(1 if value else 0)

    def read(self, cursor):
        byte = cursor.take(1)[0]
        if byte > 1:
            raise BadData(f"{byte} is neither true nor false")
        return byte == 1

    def show(self, value):
        return "yes" if value else "no"

    def parse(self, text):
        known = {"yes": True, "true": True, "no": False, "false": False}
        if text.lower() not in known:
            raise BadData(f"{text!r} is neither yes nor no")
        return known[text.lower()]


class Text:
    """Text of at most `longest` characters."""

    def __init__(self, longest=None):
        self.longest = longest

    def check(self, value):
        if not isinstance(value, str):
            raise BadRecord(f"{value!r} is no text")
        if self.longest is not None and len(value) > self.longest:
            raise BadRecord(f"{len(value)} characters, but {self.longest} are allowed")
        return value

    def write(self, value, out):
        data = value.encode()
        varint.write(len(data), out)
        out += data

    def read(self, cursor):
        try:
            return cursor.take(cursor.number()).decode()
        except UnicodeDecodeError:
            raise BadData("a text is no UTF-8") from None

    def show(self, value):
        if value and value == value.strip() and not set(value) & set('"\\\n\r[],'):
            return value
        return quoted(value)

    def parse(self, text):
        return unquoted(text) if text.startswith('"') else text


class Bytes:
    """Any bytes; in text they are hexadecimal."""

    def check(self, value):
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise BadRecord(f"{value!r} is not bytes")
        return bytes(value)

    def write(self, value, out):
        varint.write(len(value), out)
        out += value

    def read(self, cursor):
        return cursor.take(cursor.number())

    def show(self, value):
        return value.hex() or '""'

    def parse(self, text):
        try:
            return bytes.fromhex("" if text == '""' else text)
        except ValueError:
            raise BadData(f"{text!r} is not hexadecimal") from None


class Decimal:
    """A number with a fixed count of decimal places; others are refused, not rounded."""

    def __init__(self, places=2):
        self.places = places
        self._unit = decimal.Decimal(1).scaleb(-places)

    def check(self, value):
        if isinstance(value, bool) or not isinstance(value, (int, decimal.Decimal)):
            raise BadRecord(f"{value!r} is no decimal")
        number = decimal.Decimal(value)
        if not number.is_finite():
            raise BadRecord(f"{value!r} is no decimal")
        try:
            fitted = number.quantize(self._unit)
        except decimal.InvalidOperation:
            raise BadRecord(f"{value} is too large") from None
        if fitted != number:
            raise BadRecord(f"{value} has more than {self.places} places")
        if abs(fitted.scaleb(self.places)) >= 1 << 63:
            raise BadRecord(f"{value} is too large")
        return fitted

    def write(self, value, out):
        varint.write(varint.zigzag(int(value.scaleb(self.places))), out)

    def read(self, cursor):
        return decimal.Decimal(varint.unzigzag(cursor.number())).scaleb(-self.places)

    def show(self, value):
        return f"{value:.{self.places}f}"

    def parse(self, text):
        try:
            return decimal.Decimal(text)
        except decimal.InvalidOperation:
            raise BadData(f"{text!r} is no decimal") from None


class Day:
    """A date; a moment with a time of day is refused."""

    def check(self, value):
        if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
            raise BadRecord(f"{value!r} is no date")
        return value

    def write(self, value, out):
        varint.write(varint.zigzag(value.toordinal() - _EPOCH), out)

    def read(self, cursor):
        try:
            return datetime.date.fromordinal(varint.unzigzag(cursor.number()) + _EPOCH)
        except (ValueError, OverflowError):
            raise BadData("a date is out of range") from None

    def show(self, value):
        return value.isoformat()

    def parse(self, text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            raise BadData(f"{text!r} is no date") from None


class Choice:
    """One of a few names. New names go to the end: their places are what is packed."""

    def __init__(self, *names):
        self.names = names

    def check(self, value):
        if value not in self.names:
            raise BadRecord(f"{value!r} is none of {', '.join(self.names)}")
        return value

    def write(self, value, out):
        varint.write(self.names.index(value), out)

    def read(self, cursor):
        place = cursor.number()
        if place >= len(self.names):
            raise BadData(f"there is no choice {place}")
        return self.names[place]

    def show(self, value):
        return value

    def parse(self, text):
        return text


class List:
    """Values of one kind."""

    def __init__(self, kind, longest=None):
        self.kind = kind
        self.longest = longest

    def check(self, value):
        if not isinstance(value, (list, tuple)):
            raise BadRecord(f"{value!r} is no list")
        if self.longest is not None and len(value) > self.longest:
            raise BadRecord(f"{len(value)} values, but {self.longest} are allowed")
        made = []
        for place, each in enumerate(value):
            try:
                made.append(self.kind.check(each))
            except BadRecord as error:
                raise error.inside(f"[{place}]") from None
        return made

    def write(self, value, out):
        varint.write(len(value), out)
        for each in value:
            self.kind.write(each, out)

    def read(self, cursor):
        count = cursor.number()
        if count > cursor.left:
            raise BadData(f"{count} values can't be in {cursor.left} bytes")
        return [self.kind.read(cursor) for _ in range(count)]

    def show(self, value):
        return f"[{', '.join(self.kind.show(each) for each in value)}]"

    def parse(self, text):
        if not (text.startswith("[") and text.endswith("]")):
            raise BadData(f"{text!r} is no list")
        return [self.kind.parse(part) for part in pieces(text[1:-1])]


class Nested:
    """A record within a record; its text looks like `[name: Ada, zip: 123]`."""

    def __init__(self, schema):
        self.schema = schema

    def check(self, value):
        if not isinstance(value, dict):
            raise BadRecord(f"{value!r} is no record")
        return self.schema.complete(value)

    def write(self, value, out):
        for field in self.schema.fields:
            given = value[field.name]
            out.append(0 if given is None else 1)
            if given is not None:
                field.kind.write(given, out)

    def read(self, cursor):
        made = {}
        for field in self.schema.fields:
            given = cursor.take(1)[0]
            made[field.name] = field.kind.read(cursor) if given else None
        return made

    def show(self, value):
        shown = [
            f"{field.name}: {field.kind.show(value[field.name])}"
            for field in self.schema.fields
            if value[field.name] is not None
        ]
        return f"[{', '.join(shown)}]"

    def parse(self, text):
        if not (text.startswith("[") and text.endswith("]")):
            raise BadData(f"{text!r} is no record")
        made = {}
        for part in pieces(text[1:-1]):
            name, colon, shown = part.partition(":")
            if not colon or name not in self.schema:
                raise BadData(f"{part!r} is no field")
            made[name] = self.schema[name].kind.parse(shown.strip())
        return made


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
_PLAIN = {escaped[1]: char for char, escaped in _ESCAPES.items()}


def quoted(text):
    """Text between double quotes, on one line."""
    return '"' + "".join(_ESCAPES.get(char, char) for char in text) + '"'


def unquoted(text):
    """What `quoted` was given."""
    if len(text) < 2 or not text.endswith('"'):
        raise BadData(f"{text} has no closing quote")
    out, chars = [], iter(text[1:-1])
    for char in chars:
        if char == "\\":
            following = next(chars, "")
            if following not in _PLAIN:
                raise BadData(f"\\{following} means nothing")
            char = _PLAIN[following]
        elif char == '"':
            raise BadData(f"{text} has a quote in it")
        out.append(char)
    return "".join(out)


def pieces(text):
    """The parts of a text between commas that are neither in quotes nor in brackets; none if it is blank."""
    parts, current, depth, quote, escape = [], "", 0, False, False
    for char in text:
        if quote:
            quote = escape or char != '"'
            escape = char == "\\" and not escape
        elif char == '"':
            quote = True
        elif char in "[]":
            depth += 1 if char == "[" else -1
        if char == "," and not quote and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += char
    if depth or quote:
        raise BadData(f"{text!r} ends too early")
    return [*parts, current.strip()] if parts or current.strip() else []
