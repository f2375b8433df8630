"""Unified diffs as data: read strictly and applied as bytes, never by `patch` or `git apply`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.diff import render
from sandbox.tree import Change, File, Tree, TreeError

MAX_BYTES = 16 * 2**20
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_GIT_NAME = re.compile(rb'diff --git ("a/.*"|a/.*) ("b/.*"|b/.*)')
_ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b'"': b'"', b"\\": b"\\", b"a": b"\a", b"b": b"\b"}


class PatchError(ValueError):
    """A patch that can't be read, or does not fit the tree; names the file and, of a hunk, its line."""


@dataclass(slots=True)
class _FilePatch:
    """What a patch says of one file; `hunks` are (first line, lines before, lines after)."""

    old: str | None
    new: str | None
    executable: bool | None = None
    copies: bool = False
    hunks: list[tuple[int, list[bytes], list[bytes]]] = field(default_factory=list)


def applied(patch: bytes, tree: Tree) -> Change:
    """The change that `patch` makes to `tree`. Each hunk has to fit exactly where it says it stands.

    Raises:
        PatchError: it is no unified diff, holds binary changes, or does not fit.
    """
    written: dict[str, File] = {}
    deleted: set[str] = set()
    for one in _parsed(patch):
        data, executable = _before(one, tree)
        if one.executable is not None:
            executable = one.executable
        if one.old is not None and one.new != one.old and not one.copies:
            deleted.add(one.old)
        if one.new is not None:
            written[one.new] = File(_patched(one.new, data, one.hunks), executable=executable)
    try:
        return Change(Tree(written), frozenset(deleted - set(written)))
    except TreeError as error:
        raise PatchError(str(error)) from None


def patch_of(before: Tree, change: Change) -> bytes:
    """`change` as a unified diff that `applied` turns into the same change.

    Raises:
        PatchError: no text can carry it, as a file is binary or too large.
    """
    text = render(before, change.applied_to(before)).encode()
    again = applied(text, before)
    if again.applied_to(before) != change.applied_to(before):
        raise PatchError("the change can't be told as a patch")
    return text


def _before(one: _FilePatch, tree: Tree) -> tuple[bytes, bool]:
    if one.old is None:
        if one.new in tree:
            raise PatchError(f"{one.new}: is to be made, but is there already")
        return b"", False
    if one.old not in tree:
        raise PatchError(f"{one.old}: is not there")
    return tree[one.old].data, tree[one.old].executable


def _patched(path: str, data: bytes, hunks: list[tuple[int, list[bytes], list[bytes]]]) -> bytes:
    lines = _lines(data)
    out: list[bytes] = []
    at = 0
    for first, before, after in hunks:
        start = first - 1 if before else first
        if start < at or lines[start : start + len(before)] != before:
            raise PatchError(f"{path}: the hunk at line {first} does not fit")
        out += lines[at:start] + after
        at = start + len(before)
    return b"".join(out + lines[at:])


def _lines(data: bytes) -> list[bytes]:
    parts = data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _parsed(patch: bytes) -> Iterator[_FilePatch]:
    if len(patch) > MAX_BYTES:
        raise PatchError(f"the patch is larger than {MAX_BYTES} bytes")
    lines = _lines(patch)
    current: _FilePatch | None = None
    at = 0
    while at < len(lines):
        line = lines[at].rstrip(b"\r\n")
        if named := _GIT_NAME.fullmatch(line):
            if current is not None:
                yield current
            current = _FilePatch(_name(named[1]), _name(named[2]))
        elif line.startswith(b"--- ") and at + 1 < len(lines) and lines[at + 1].startswith(b"+++ "):
            old, new = _name(line[4:]), _name(lines[at + 1].rstrip(b"\r\n")[4:])
            if current is None or current.hunks:
                if current is not None:
                    yield current
                current = _FilePatch(old, new)
            current.old, current.new = old, new
            at += 1
        elif current is not None and (hunk := _HUNK.match(line)):
            at = _hunk(lines, at, hunk, current)
            continue
        elif current is not None:
            _header(line, current)
        at += 1
    if current is not None:
        yield current


def _header(line: bytes, current: _FilePatch) -> None:
    word, _, rest = line.partition(b" mode ")
    if word in {b"new file", b"new"}:
        if rest not in {b"100644", b"100755"}:
            raise PatchError(
                f"{current.new}: mode {rest.decode('ascii', 'replace')}; allowed: 100644, 100755"
            )
        current.executable = rest == b"100755"
        if word == b"new file":
            current.old = None
    elif word == b"deleted file":
        current.new = None
    elif line.startswith(b"copy from "):
        current.copies = True
    elif line.startswith((b"Binary files ", b"GIT binary patch")):
        raise PatchError(f"{current.new or current.old}: a binary change, which a patch here can't hold")


def _hunk(lines: list[bytes], at: int, header: re.Match[bytes], current: _FilePatch) -> int:
    """Read one hunk; gives the number of the line behind it."""
    first = int(header[1])
    left = {b"-": int(header[2] or 1), b"+": int(header[4] or 1)}
    before: list[bytes] = []
    after: list[bytes] = []
    at += 1
    while left[b"-"] > 0 or left[b"+"] > 0:
        line = lines[at] if at < len(lines) else b""
        sign, rest = (line[:1], line[1:]) if line.rstrip(b"\r\n") else (b" ", line)
        if not line or sign not in {b" ", b"-", b"+"}:
            raise PatchError(f"{current.new or current.old}: the hunk at line {first} is cut short")
        at += 1
        if at < len(lines) and lines[at].startswith(b"\\ "):
            rest = rest.removesuffix(b"\n")
            at += 1
        if sign != b"+":
            before.append(rest)
            left[b"-"] -= 1
        if sign != b"-":
            after.append(rest)
            left[b"+"] -= 1
    current.hunks.append((first, before, after))
    return at


def _name(told: bytes) -> str | None:
    r"""The path in `a/path`, `"b/pa\\303\\244th"` or `a/path<tab>date`; None for /dev/null."""
    if told.startswith(b'"'):
        inner = told[1:].rpartition(b'"')[0]
        told = re.sub(rb"\\([0-7]{3}|.)", lambda found: _unescaped(found[1]), inner)
    else:
        told = told.partition(b"\t")[0]
    if told == b"/dev/null":
        return None
    try:
        path = told.decode()
    except UnicodeDecodeError:
        raise PatchError(f"{told!r}: a name that is no UTF-8") from None
    return path[2:] if path[:2] in {"a/", "b/"} else path


def _unescaped(code: bytes) -> bytes:
    return _ESCAPES.get(code, code) if len(code) == 1 else bytes([int(code, 8) & 255])
