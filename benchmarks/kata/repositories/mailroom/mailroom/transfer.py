"""Transfer encodings: bodies as lines of ASCII."""

import base64
import binascii
import re

from mailroom.errors import MailError

LONGEST = 76
_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")


def decode(text, encoding):
    """The bytes of a body.

    Raises:
        MailError: the encoding is unknown, or the body breaks its rules.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "7bit", "8bit", "binary"):
        return text.encode()
    if encoding == "quoted-printable":
        return _unescaped(text)
    if encoding == "base64":
        try:
            return base64.b64decode("".join(text.split()))
        except binascii.Error as error:
            raise MailError(f"broken base64: {error}") from None
    raise MailError(f"unknown transfer encoding {encoding!r}")


def encode(data, encoding):
    """A body for these bytes, in lines of at most 76 characters."""
    if encoding == "base64":
        text = base64.b64encode(data).decode()
        return "".join(text[start : start + LONGEST] + "\n" for start in range(0, len(text), LONGEST))
    if encoding == "quoted-printable":
        return "\n".join(_escaped(line) for line in data.split(b"\n"))
    return data.decode("ascii")


def _unescaped(text):
    """White space at the end of lines is not meant; a line that ends with = goes on in the next."""
    lines = [line.rstrip() for line in text.split("\n")]
    joined = "".join(line[:-1] if line.endswith("=") else line + "\n" for line in lines[:-1]) + lines[-1]
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), joined.encode())


def _escaped(line):
    texts = [chr(byte) if 32 <= byte < 127 and byte != ord("=") else f"={byte:02X}" for byte in line]
    if texts and texts[-1] == " ":
        texts[-1] = "=20"
    lines, current = [], ""
    for place, text in enumerate(texts):
        room = LONGEST if place == len(texts) - 1 else LONGEST - 1
        if len(current) + len(text) > room:
            lines.append(current + "=")
            current = ""
        current += text
    return "\n".join([*lines, current])
