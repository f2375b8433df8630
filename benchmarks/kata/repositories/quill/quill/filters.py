"""Filters: functions of a value and a few arguments."""


def default(value, other=""):
    """`other` in place of nothing; 0 and False are something."""
    return other if value is None or value == "" else value


def join(values, separator=", ", last=None):
    """`a, b and c` with `join: ", ", " and "`."""
    texts = [str(value) for value in values]
    if last is not None and len(texts) > 1:
        texts[-2:] = [texts[-2] + last + texts[-1]]
    return separator.join(texts)


def first(values, other=""):
    return values[0] if values else other


def last(values, other=""):
    return values[-1] if values else other


def truncate(value, width, ellipsis="..."):
    """Text of at most `width` characters, cut at a word and marked if it was longer."""
    text = str(value)
    if len(text) <= width:
        return text
    room = width - len(ellipsis)
    cut = text[:room]
    if " " in cut and not text[room].isspace():
        cut = cut.rsplit(" ", 1)[0]
    return cut.rstrip() + ellipsis


def indent(value, width=4, first_line=False):
    """Every line but the first moved to the right; empty lines stay empty."""
    padding = " " * width
    lines = str(value).split("\n")
    moved = [padding + line if line else line for line in lines]
    if not first_line:
        moved[0] = lines[0]
    return "\n".join(moved)


def plural(count, one, many=None):
    """`1 file`, `2 files`; `many` for irregular words."""
    word = one if count == 1 else many or one + "s"
    return f"{count} {word}"


def number(value, digits=0, separator=","):
    """`12,345.60` with two digits."""
    return f"{value:,.{digits}f}".replace(",", separator)


def replace(value, old, new=""):
    return str(value).replace(str(old), str(new))


def sort(values, key=None):
    """In order, without regard to case; by a key if the values are mappings."""

    def rank(value):
        item = value if key is None else value[key]
        return item.casefold() if isinstance(item, str) else item

    return sorted(values, key=rank)


FILTERS = {
    "default": default,
    "first": first,
    "indent": indent,
    "join": join,
    "last": last,
    "length": len,
    "lower": lambda value: str(value).lower(),
    "number": number,
    "plural": plural,
    "replace": replace,
    "sort": sort,
    "title": lambda value: str(value).title(),
    "trim": lambda value: str(value).strip(),
    "truncate": truncate,
    "upper": lambda value: str(value).upper(),
}
