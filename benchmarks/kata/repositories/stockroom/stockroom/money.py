"""Amounts of money as whole cents."""

import re

_AMOUNT = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?")


def parse_amount(text):
    """Cents of `12.50`, `1,200` or `-3.5`.

    Raises:
        ValueError: the text is no amount.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not an amount: {text!r}")
    sign, whole, fraction = match.groups()
    cents = int(whole.replace(",", "")) * 100 + int((fraction or "").ljust(2, "0"))
    return -cents if sign else cents


def format_amount(cents):
    """`1234567` as `12,345.67`."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def percent_of(cents, percent):
    """So many per cent of an amount, half a cent rounded away from zero."""
    scaled = cents * percent
    rounded = (abs(scaled) + 50) // 100
    return rounded if scaled >= 0 else -rounded


def with_tax(cents, percent):
    return cents + percent_of(cents, percent)


def split_evenly(cents, parts):
    """`parts` amounts that differ by a cent at most and add up to `cents`; the larger ones come first."""
    if parts < 1:
        raise ValueError("can't split into less than one part")
    share, rest = divmod(cents, parts)
    return [share + 1 if number < rest else share for number in range(parts)]


def split_by_weight(cents, weights):
    """Amounts in proportion to the weights that add up to `cents`; leftover cents go to the first ones."""
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("the weights add up to nothing")
    shares = [cents * weight // whole for weight in weights]
    for number in range(cents - sum(shares)):
        shares[number] += 1
    return shares
