"""Trees and text from agents as people read them: a unified diff, and control characters made visible."""

import difflib
import unicodedata
from itertools import takewhile
from operator import eq

from sandbox.tree import Change, File, Tree

MAX_RENDERED_BYTES = 256 * 1024
MAX_RENDERED_LINES = 20_000
MAX_COMPARED_LINES = 2_000
"""Where only a part of a diff is wanted: time grows with the square of the lines that differ."""


def visible(text: str) -> str:
    """`text` with everything that could steer a terminal or hide text written out as an escape.

    Newlines and tabs stay.
    """
    return "".join(
        char
        if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        else _escape(char)
        for char in text
    )


def _escape(char: str) -> str:
    return char.encode("ascii", "backslashreplace").decode() if ord(char) > 127 else f"\\x{ord(char):02x}"


def render(before: Tree, after: Tree, *, at_most: int | None = None) -> str:
    """A unified diff as git writes it; a file that is binary or too large to show is only named.

    It is text to read. Applying a change is `Change.applied_to`. It ends after the file with which it has
    `at_most` characters; then too many lines from a file's first change to its last are not shown either.
    """
    compared = MAX_RENDERED_LINES if at_most is None else MAX_COMPARED_LINES
    parts, length = list[str](), 0
    for path in sorted(Change.between(before, after).paths):
        parts.append(_file_diff(path, before.get(path), after.get(path), compared))
        length += len(parts[-1])
        if at_most is not None and length >= at_most:
            break
    return "".join(parts)


def _file_diff(path: str, old: File | None, new: File | None, compared: int) -> str:
    a, b = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    lines = [f"diff --git {a} {b}\n"]
    if old is None and new is not None:
        lines.append(f"new file mode {new.mode}\n")
    elif new is None and old is not None:
        lines.append(f"deleted file mode {old.mode}\n")
    elif old is not None and new is not None and old.mode != new.mode:
        lines += [f"old mode {old.mode}\n", f"new mode {new.mode}\n"]
    left, right = _lines(old), _lines(new)
    source, target = "/dev/null" if old is None else a, "/dev/null" if new is None else b
    if left is None or right is None or _span(left, right) > compared:
        lines.append(f"Binary files {source} and {target} differ\n")
    elif left != right:
        # git ends a name that holds a space with a tab, so that the space is not taken for its end
        end = "\t" if " " in path else ""
        source, target = (name if name == "/dev/null" else name + end for name in (source, target))
        for line in difflib.unified_diff(left, right, source, target):
            lines.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(lines)


def _span(left: list[str], right: list[str]) -> int:
    """Lines from the first to the last that differ, in the longer one."""
    before = _alike(left, right)
    after = _alike(left[before:][::-1], right[before:][::-1])
    return max(len(left), len(right)) - before - after


def _alike(left: list[str], right: list[str]) -> int:
    return sum(1 for _ in takewhile(bool, map(eq, left, right)))


def _lines(file: File | None) -> list[str] | None:
    """Lines with their ends, or None for what is not shown."""
    if file is None:
        return []
    if len(file.data) > MAX_RENDERED_BYTES or b"\0" in file.data:
        return None
    try:
        text = file.data.decode()
    except UnicodeDecodeError:
        return None
    lines = text.split("\n")
    if len(lines) > MAX_RENDERED_LINES:
        return None
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _quoted(name: str) -> str:
    """A name as git prints it: quoted, with octal escapes, if it holds a quote or anything but ASCII."""
    if name.isascii() and '"' not in name:
        return name
    escaped = "".join(
        chr(byte) if 32 <= byte < 127 and byte != 34 else f"\\{byte:03o}" for byte in name.encode()
    )
    return f'"{escaped}"'
