"""Trees and text from agents as people read them: a unified diff, and control characters made visible."""

import difflib
import unicodedata

from sandbox.tree import Change, File, Tree

MAX_RENDERED_BYTES = 256 * 1024
MAX_RENDERED_LINES = 20_000


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


def render(before: Tree, after: Tree) -> str:
    """A unified diff as git writes it; a file that is binary or too large to show is only named.

    It is text to read. Applying a change is `Change.applied_to`.
    """
    parts = [
        _file_diff(path, before.get(path), after.get(path))
        for path in sorted(Change.between(before, after).paths)
    ]
    return "".join(parts)


def _file_diff(path: str, old: File | None, new: File | None) -> str:
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
    if left is None or right is None:
        lines.append(f"Binary files {source} and {target} differ\n")
    elif left != right:
        # git ends a name that holds a space with a tab, so that the space is not taken for its end
        end = "\t" if " " in path else ""
        source, target = (name if name == "/dev/null" else name + end for name in (source, target))
        for line in difflib.unified_diff(left, right, source, target):
            lines.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(lines)


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
