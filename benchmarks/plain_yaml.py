"""The part of YAML that a task's metadata is written in: mappings, lists and scalars in block style.

JSON is YAML too and is read as it is. Anchors, tags and flow collections that are no JSON are refused.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import NoReturn

_KEY = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#\[\]{}&*!|>%@`][^:#]*?)\s*:(?:\s+(.*))?""")
_PLAIN = re.compile(r"[A-Za-z_/](?:[\w ./@+-]*[\w./@+-])?", re.ASCII)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]*(e[-+][0-9]+)?")
_WORDS: Mapping[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "on", "On"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "off", "Off"), False),
}
MAX_DEPTH = 16


class YamlError(ValueError):
    """Text that is not the YAML read here; names the line."""


def loads(text: str) -> object:
    """The value that `text` tells.

    Raises:
        YamlError: it is damaged, or uses more of YAML than is read here.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _Reader(text).document()


def dumps(value: Mapping[str, object]) -> str:
    """`value` in block style, as any YAML reader takes it."""
    return "".join(_written(value, ""))


def _written(value: object, indent: str) -> Sequence[str]:
    lines: list[str] = []
    if isinstance(value, Mapping):
        for key, inner in value.items():
            lines += _entry(f"{indent}{_scalar(key)}:", inner, indent)
    elif isinstance(value, list | tuple):
        for inner in value:
            lines += _entry(f"{indent}-", inner, indent)
    return lines


def _entry(start: str, value: object, indent: str) -> Sequence[str]:
    if isinstance(value, Mapping | list | tuple) and value:
        return [f"{start}\n", *_written(value, indent + "  ")]
    return [f"{start} {_scalar(value)}\n"]


def _scalar(value: object) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and _plain(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


class _Reader:
    """Lines with their indentation, consumed from the top."""

    def __init__(self, text: str) -> None:
        self._lines = re.sub(r"^\.\.\.\s*\Z", "", text, flags=re.MULTILINE).split("\n")
        self._at = 0

    def document(self) -> object:
        self._skip()
        if self._line() == "---":
            self._at += 1
        value = self._block(0, 0)
        self._skip()
        if self._at < len(self._lines):
            self._fail("not expected here")
        return value

    def _block(self, indent: int, depth: int) -> object:
        self._skip()
        if depth > MAX_DEPTH:
            self._fail("nested too deep")
        if self._at >= len(self._lines) or self._indent() < indent:
            return None
        indent = self._indent()
        if self._line().lstrip(" ").startswith(("- ", "-\n")) or self._line().strip() == "-":
            return self._sequence(indent, depth)
        return self._mapping(indent, depth)

    def _mapping(self, indent: int, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        while self._more(indent):
            entry = _KEY.fullmatch(self._line()[indent:].rstrip())
            if entry is None:
                self._fail("expected `key: value`")
            key = str(self._quoted(entry[1]) if entry[1][0] in "\"'" else entry[1])
            if key in found:
                self._fail(f"key {key!r} stands twice")
            self._at += 1
            # A list may stand as far left as its key.
            at_key = not entry[2] and self._starts_list(indent)
            found[key] = self._value(entry[2] or "", indent if at_key else indent + 1, depth)
        return found

    def _sequence(self, indent: int, depth: int) -> list[object]:
        found: list[object] = []
        while self._more(indent) and self._starts_list(indent):
            rest = self._line()[indent + 1 :].strip()
            if _KEY.fullmatch(rest) or rest.startswith("- "):
                # `- key: value` and `- - value` open what is indented by the dash.
                self._lines[self._at] = " " * (indent + 2) + self._line()[indent + 1 :].lstrip()
                found.append(self._block(indent + 1, depth + 1))
                continue
            self._at += 1
            found.append(self._value(rest, indent + 1, depth))
        return found

    def _value(self, text: str, indent: int, depth: int) -> object:
        text = text.strip()
        if not text or text.startswith("#"):
            return self._block(indent, depth + 1)
        if text[0] in "|>":
            return self._literal(text, indent)
        if text[0] in "\"'" or text[0] in "[{":
            while not self._closed(text) and self._at < len(self._lines):
                text = self._joined(text)
            return self._quoted(text)
        if text[0] in "&*!%@`":
            self._fail("anchors, aliases and tags are not read; write JSON")
        while self._at < len(self._lines) and self._line().strip() and self._indent() >= max(indent, 1):
            text = self._joined(text)
        text = re.sub(r"\s+#.*", "", text)
        if ": " in text or text.endswith(":"):
            self._at -= 1
            self._fail("a text that holds a colon is written in quotes")
        return _plain(text)

    def _joined(self, text: str) -> str:
        line = self._line().strip()
        self._at += 1
        if text.endswith("\\") and text[0] == '"':
            return text[:-1] + line
        return f"{text} {line}" if line else f"{text}\\n" if text[0] == '"' else f"{text}\n"

    def _closed(self, text: str) -> bool:
        try:
            self._quoted(text)
        except YamlError:
            return False
        return True

    def _quoted(self, text: str) -> object:
        if text[0] == "'":
            found = re.fullmatch(r"'((?:[^']|'')*)'(?:\s+#.*)?", text)
            if found is None:
                self._fail("a quote is not closed")
            return found[1].replace("''", "'")
        try:
            escaped = re.sub(r"\\(x[0-9A-Fa-f]{2}|U[0-9A-Fa-f]{8}|[\\ \"e0a])", _as_json, text)
            return json.loads(escaped)
        except (ValueError, RecursionError):
            self._fail("is neither YAML's quoted text nor JSON")

    def _literal(self, header: str, indent: int) -> str:
        told = re.fullmatch(r"\|([1-9]?)([+-]?)", header)
        if told is None:
            self._fail("of block texts only `|`, `|-` and `|+` are read")
        taken: list[str] = []
        while self._at < len(self._lines) and (not self._line().strip() or self._indent() >= max(indent, 1)):
            taken.append(self._line())
            self._at += 1
        inner = min((len(line) - len(line.lstrip(" ")) for line in taken if line.strip()), default=0)
        inner = indent - 1 + int(told[1]) if told[1] else inner
        text = "\n".join(line[inner:] for line in taken)
        stripped = text.rstrip("\n")
        if told[2] == "+":
            return text + "\n" if self._at < len(self._lines) else text
        return stripped if told[2] == "-" or not stripped else stripped + "\n"

    def _more(self, indent: int) -> bool:
        self._skip()
        if self._at >= len(self._lines) or self._indent() < indent:
            return False
        if self._indent() > indent:
            self._fail("is indented too far")
        return True

    def _starts_list(self, indent: int) -> bool:
        self._skip()
        rest = self._lines[self._at][indent:] if self._at < len(self._lines) else ""
        return rest.startswith("- ") or rest.strip() == "-"

    def _skip(self) -> None:
        while self._at < len(self._lines) and re.fullmatch(r"\s*(#.*)?", self._line()):
            self._at += 1

    def _line(self) -> str:
        return self._lines[self._at] if self._at < len(self._lines) else ""

    def _indent(self) -> int:
        return len(self._line()) - len(self._line().lstrip(" "))

    def _fail(self, why: str) -> NoReturn:
        raise YamlError(f"line {min(self._at, len(self._lines) - 1) + 1}: {why}")


def _as_json(escape: re.Match[str]) -> str:
    """An escape of YAML's that JSON has not."""
    code = escape[1]
    if code[0] in "xU":
        return json.dumps(chr(int(code[1:], 16)))[1:-1]
    return {"e": "\\u001b", "0": "\\u0000", "a": "\\u0007", " ": " "}.get(code, escape[0])
