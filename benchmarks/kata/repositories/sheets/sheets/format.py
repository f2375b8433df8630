"""Numbers as texts, by patterns.

`0.00` has two decimals, `0.0#` one or two, `#,##0` separates thousands, `0%` is for hundredths. Other
characters around the digits stay as they are. A part after a semicolon is for numbers below zero: `0;(0)`.
"""

import re

from sheets.errors import SheetError
from sheets.functions import call
from sheets.values import as_text, is_number

_DIGITS = re.compile(r"(#,##)?0(?:\.(0*)(#*))?(%?)")


def formatted(value, pattern=""):
    """The text of a value; patterns count for numbers only."""
    if not pattern or not is_number(value):
        return as_text(value)
    positive, _, negative = pattern.partition(";")
    if value < 0 and negative:
        return _written(-value, negative)
    text = _written(abs(value), positive)
    return "-" + text if value < 0 and re.search("[1-9]", text) else text


def _written(number, pattern):
    match = _DIGITS.search(pattern)
    if match is None:
        raise SheetError(f"{pattern!r} has no digits")
    thousands, needed, possible, percent = match.groups()
    least, most = len(needed or ""), len(needed or "") + len(possible or "")
    rounded = call("ROUND", [number * 100 if percent else number, most])
    text = f"{rounded:{',' if thousands else ''}.{most}f}"
    surplus = len(text) - len(text.rstrip("0")) if most else 0
    text = text[: len(text) - min(surplus, most - least)].rstrip(".")
    return pattern[: match.start()] + text + percent + pattern[match.end() :]
