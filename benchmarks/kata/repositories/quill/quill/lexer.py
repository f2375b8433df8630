"""Cuts a template into text, `{{ prints }}` and `{% tags %}`."""

import re
from collections import namedtuple

from quill.errors import TemplateError

Piece = namedtuple("Piece", "kind text line")

_OPENING = re.compile(r"\{\{|\{%|\{#")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_KIND = {"{{": "print", "{%": "tag"}


def pieces(source):
    """The pieces of a template in order; comments are left out.

    Raises:
        TemplateError: something is opened and not closed.
    """
    found = []
    position, line = 0, 1
    trim_next = False
    while position < len(source):
        match = _OPENING.search(source, position)
        text = source[position : match.start() if match else len(source)]
        shown = text.lstrip() if trim_next else text
        trim_next = False
        lines_before = line
        line += text.count("\n")
        if match is None:
            _add_text(found, shown, lines_before)
            break
        opening = match.group()
        end = source.find(_CLOSING[opening], match.end())
        if end < 0:
            raise TemplateError(f"{opening} is never closed", line)
        inside = source[match.end() : end]
        if inside.startswith("-"):
            inside, shown = inside[1:], shown.rstrip()
        if inside.endswith("-"):
            inside, trim_next = inside[:-1], True
        _add_text(found, shown, lines_before)
        if opening in _KIND:
            found.append(Piece(_KIND[opening], inside.strip(), line))
        line += inside.count("\n")
        position = end + 2
    return found


def _add_text(found, text, line):
    if text:
        found.append(Piece("text", text, line))
