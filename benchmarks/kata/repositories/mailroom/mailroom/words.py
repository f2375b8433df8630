"""Encoded words: how headers carry what isn't ASCII (RFC 2047), as in `=?utf-8?q?caf=C3=A9?=`."""

import base64
import binascii
import re

_WORD = re.compile(r"=\?([\w-]+)\?([bq])\?([^? ]*)\?=", re.IGNORECASE)
_BETWEEN = re.compile(r"(=\?[\w-]+\?[bq]\?[^? ]*\?=)\s+(?==\?[\w-]+\?[bq]\?[^? ]*\?=)", re.IGNORECASE)
_LONGEST = 45


def decoded(text):
    """The text with its encoded words read; white space between two of them is not meant."""
    return _WORD.sub(_read, _BETWEEN.sub(r"\1", text))


def encoded(text):
    """The text as encoded words if it has other than ASCII characters; none is longer than 75 characters."""
    if text.isascii():
        return text
    words, part = [], b""
    for character in text:
        data = character.encode()
        if len(part) + len(data) > _LONGEST:
            words.append(part)
            part = b""
        part += data
    return " ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in [*words, part])


def _read(match):
    charset, kind, text = match.groups()
    try:
        data = base64.b64decode(text) if kind in "bB" else _unescaped(text)
        return data.decode(charset)
    except (binascii.Error, LookupError, UnicodeDecodeError):
        return match[0]


def _unescaped(text):
    data = text.replace("_", " ").encode()
    return re.sub(rb"=([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), data)
