"""The functions of formulas. Arguments are values, or a Block for an area."""

from decimal import ROUND_HALF_UP, Decimal

from sheets.errors import Problem
from sheets.values import Block, as_number, as_text, as_truth, compare, is_number

_FUNCTIONS = {}


def call(name, arguments):
    """The value of a function.

    Raises:
        Problem: there is no such function, or the arguments don't suit it.
    """
    if name not in _FUNCTIONS:
        raise Problem("#NAME?")
    function, least, most = _FUNCTIONS[name]
    if len(arguments) < least or (most is not None and len(arguments) > most):
        raise Problem("#VALUE!")
    return function(*arguments)


def _function(name, least, most):
    def register(function):
        _FUNCTIONS[name] = (function, least, most)
        return function

    return register


def _numbers(arguments):
    """All numbers; texts and truth values don't count in an area, alone they are taken for numbers."""
    for argument in arguments:
        if isinstance(argument, Block):
            yield from (value for value in argument.flat() if is_number(value))
        else:
            yield as_number(argument)


def _values(arguments):
    for argument in arguments:
        yield from argument.flat() if isinstance(argument, Block) else [argument]


@_function("SUM", 1, None)
def _sum(*arguments):
    return sum(_numbers(arguments))


@_function("AVERAGE", 1, None)
def _average(*arguments):
    numbers = list(_numbers(arguments))
    if not numbers:
        raise Problem("#DIV/0!")
    return sum(numbers) / len(numbers)


@_function("MIN", 1, None)
def _min(*arguments):
    return min(_numbers(arguments), default=0)


@_function("MAX", 1, None)
def _max(*arguments):
    return max(_numbers(arguments), default=0)


@_function("COUNT", 1, None)
def _count(*arguments):
    return sum(1 for value in _values(arguments) if is_number(value))


@_function("COUNTIF", 2, 2)
def _countif(area, condition):
    return sum(1 for value in _values([area]) if _meets(value, condition))


@_function("SUMIF", 2, 3)
def _sumif(area, condition, amounts=None):
    pairs = zip(_values([area]), _values([area if amounts is None else amounts]))
    return sum(amount for value, amount in pairs if _meets(value, condition) and is_number(amount))


def _meets(value, condition):
    """Whether a value meets a condition such as `">=5"`, `"<>"`, `"pear"` or `5`."""
    sign, wanted = "=", condition
    if isinstance(condition, str):
        sign = next((s for s in ("<=", ">=", "<>", "<", ">", "=") if condition.startswith(s)), "")
        bare = condition[len(sign) :]
        wanted = as_number(bare) if _is_numeric(bare) else bare
    if sign == "<>":
        return compare(value, wanted) != 0
    if value is None or is_number(value) != is_number(wanted):
        return False
    order = compare(value, wanted)
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}.get(sign, order == 0)


def _is_numeric(text):
    try:
        return text.strip() != "" and is_number(as_number(text))
    except Problem:
        return False


@_function("VLOOKUP", 3, 4)
def _vlookup(key, table, column, nearest=True):
    """The value in that column (from 1) of the row that starts with the key.

    Unless `nearest` is false, the first column is sorted and the last row that is not above the key counts.
    """
    place = int(as_number(column)) - 1
    if not isinstance(table, Block) or not 0 <= place < len(table[0]):
        raise Problem("#REF!")
    found = None
    for row in table:
        if row[0] is None:
            continue
        order = compare(row[0], key)
        if order == 0 and not as_truth(nearest):
            return row[place]
        if order <= 0 and as_truth(nearest):
            found = row
    if found is None:
        raise Problem("#N/A")
    return found[place]


@_function("ROUND", 1, 2)
def _round(number, digits=0):
    """Halves go away from zero."""
    unit = Decimal(1).scaleb(-int(as_number(digits)))
    number = as_number(number)
    rounded = Decimal(repr(number)).quantize(unit, ROUND_HALF_UP)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


@_function("ABS", 1, 1)
def _abs(number):
    return abs(as_number(number))


@_function("MOD", 2, 2)
def _mod(number, divisor):
    if as_number(divisor) == 0:
        raise Problem("#DIV/0!")
    return as_number(number) % as_number(divisor)


@_function("AND", 1, None)
def _and(*arguments):
    return all(as_truth(value) for value in _values(arguments) if value is not None)


@_function("OR", 1, None)
def _or(*arguments):
    return any(as_truth(value) for value in _values(arguments) if value is not None)


@_function("NOT", 1, 1)
def _not(value):
    return not as_truth(value)


@_function("LEN", 1, 1)
def _len(value):
    return len(as_text(value))


@_function("UPPER", 1, 1)
def _upper(value):
    return as_text(value).upper()


@_function("LEFT", 1, 2)
def _left(value, count=1):
    return as_text(value)[: _length(count)]


@_function("RIGHT", 1, 2)
def _right(value, count=1):
    text = as_text(value)
    return text[max(len(text) - _length(count), 0) :]


@_function("MID", 3, 3)
def _mid(value, start, count):
    """A part of a text; its first character has the number 1."""
    begin = _length(start) - 1
    if begin < 0:
        raise Problem("#VALUE!")
    return as_text(value)[begin : begin + _length(count)]


@_function("JOIN", 2, None)
def _join(separator, *arguments):
    return as_text(separator).join(as_text(value) for value in _values(arguments) if value is not None)


def _length(value):
    length = int(as_number(value))
    if length < 0:
        raise Problem("#VALUE!")
    return length
