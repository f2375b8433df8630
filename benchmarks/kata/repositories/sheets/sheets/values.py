"""What a cell may hold: None, numbers, texts and truth values, and how one is taken for the other."""

import re

from sheets.errors import Problem

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_TRUTH = {"TRUE": True, "FALSE": False}


class Block(list):
    """The values of an area: a list of rows."""

    def flat(self):
        return [value for row in self for value in row]


def typed(text):
    """The value that is meant by a text as somebody types it; an apostrophe in front keeps it a text."""
    if text.startswith("'"):
        return text[1:]
    bare = text.strip()
    if not bare:
        return None
    if bare.upper() in _TRUTH:
        return _TRUTH[bare.upper()]
    if bare.endswith("%") and _NUMBER.fullmatch(bare[:-1]):
        return _number(bare[:-1]) / 100
    return _number(bare) if _NUMBER.fullmatch(bare) else text


def untyped(value):
    """The text that `typed` takes for this value."""
    text = as_text(value)
    if isinstance(value, str) and (text.startswith(("=", "'")) or typed(text) != text):
        return "'" + text
    return text


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def as_number(value):
    if value is None:
        return 0
    if isinstance(value, str):
        value = typed(value)
    if isinstance(value, bool):
        return int(value)
    if not is_number(value):
        raise Problem("#VALUE!")
    return value


def as_text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".12g")
    return str(value)


def as_truth(value):
    if isinstance(value, str):
        if value.upper() not in _TRUTH:
            raise Problem("#VALUE!")
        return _TRUTH[value.upper()]
    return bool(value)


def sort_key(value):
    """Numbers come before texts, texts before truth values; upper and lower case are the same."""
    if isinstance(value, bool):
        return (2, value)
    if isinstance(value, str):
        return (1, value.casefold())
    return (0, value)


def compare(one, other):
    """Below zero, zero or above zero, as `one` comes before, with or after `other`."""
    if one is None:
        one = _empty_like(other)
    if other is None:
        other = _empty_like(one)
    first, second = sort_key(one), sort_key(other)
    return (first > second) - (first < second)


def _empty_like(value):
    return "" if isinstance(value, str) else False if isinstance(value, bool) else 0


def _number(text):
    try:
        return int(text)
    except ValueError:
        return float(text)
