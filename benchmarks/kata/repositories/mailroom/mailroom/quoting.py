"""Quoted text: lines that start with > are somebody else's."""

import re
import textwrap

_PREFIX = re.compile(r"(?:> ?)*")
_ATTRIBUTION = re.compile(r"(?:on\b.*|.*\S )wrote:", re.IGNORECASE)


def quoted(text):
    """The text with `> ` in front of each line; only `>` if it is quoted already, or empty."""
    lines = text.rstrip("\n").split("\n")
    return "\n".join(">" + (line if line.startswith(">") or not line else " " + line) for line in lines)


def depth(line):
    """How often a line is quoted."""
    return _PREFIX.match(line)[0].count(">")


def bare(line):
    """A line without its marks of quotation."""
    return line[_PREFIX.match(line).end() :]


def own_text(text):
    """What the writer has written: no quoted lines, no line that says whose they are, no signature."""
    lines = without_signature(text).split("\n")
    own = []
    for place, line in enumerate(lines):
        following = next((other for other in lines[place + 1 :] if other.strip()), "")
        if depth(line) or (depth(following) and _ATTRIBUTION.fullmatch(line.strip())):
            continue
        own.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(own)).strip()


def without_signature(text):
    """The text up to the last line `-- ` that is not quoted."""
    lines = text.split("\n")
    for place in range(len(lines) - 1, -1, -1):
        if lines[place] == "-- ":
            return "\n".join(lines[:place])
    return text


def wrapped(text, width=72):
    """Long lines broken at spaces; the parts of a quoted line are quoted as well."""
    lines = []
    for line in text.split("\n"):
        if len(line) <= width:
            lines.append(line)
            continue
        marks = ">" * depth(line) + (" " if depth(line) else "")
        lines += textwrap.wrap(
            bare(line), width, initial_indent=marks, subsequent_indent=marks, break_long_words=False
        )
    return "\n".join(lines)
