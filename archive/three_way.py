"""A three-way merge of trees by content: git merges texts of single files, and sees nothing else of a tree.

No repository, attribute, hook, filter or merge driver takes part, whatever the trees hold.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.git_program import git
from sandbox.tree import File, Tree

MAX_FILE_BYTES = 64 * 1024
"""A larger file is merged as a whole, as a binary one is."""
_NOWHERE = ("--git-dir=/dev/null",)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A path where both trees differ from the base, and from each other.

    `text` is the file with git's conflict markers, or empty where its text can't be merged.
    """

    path: str
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """What both trees changed; what is in conflict is as in the first one."""

    tree: Tree
    conflicts: tuple[Conflict, ...]


def three_way(base: Tree, one: Tree, other: Tree) -> Merged:
    """Merge what `one` and `other` changed since `base`; a renamed file is one deleted and one added.

    Raises:
        ArchiveError: git can't be run.
    """
    files: dict[str, File] = {}
    conflicts: list[Conflict] = []
    for path in sorted({*base, *one, *other}):
        file, conflict = _merged(path, base.get(path), one.get(path), other.get(path))
        if file is not None:
            files[path] = file
        if conflict is not None:
            conflicts.append(conflict)
    # A file of the one tree where the other has a folder: of such a pair at least one path is new to `one`.
    for path in _both_file_and_folder(files):
        if path not in one:
            del files[path]
            conflicts.append(Conflict(path, "one has a file where the other has a folder"))
    return Merged(Tree(files), tuple(sorted(conflicts, key=lambda conflict: conflict.path)))


def _merged(
    path: str, base: File | None, one: File | None, other: File | None
) -> tuple[File | None, Conflict | None]:
    if other in {one, base}:
        return one, None
    if one == base:
        return other, None
    if one is None or other is None:
        return one, Conflict(path, "deleted by the one and changed by the other")
    executable = other.executable if base and one.executable == base.executable else one.executable
    before = base.data if base else b""
    if one.data == other.data or (base and other.data == before):
        return File(one.data, executable), None
    if base and one.data == before:
        return File(other.data, executable), None
    if any(b"\0" in data or len(data) > MAX_FILE_BYTES for data in (before, one.data, other.data)):
        return one, Conflict(path, "changed by both, and no text to be merged")
    data, text = _texts(before, one.data, other.data)
    conflict = Conflict(path, "the same lines were changed by both", text) if text else None
    return File(data, executable), conflict


def _texts(base: bytes, one: bytes, other: bytes) -> tuple[bytes, str]:
    """What git makes of three texts, conflicts as in `one`; and the text with markers if there are any."""
    with tempfile.TemporaryDirectory(prefix="dgm-merge-") as folder:
        paths = [f"{folder}/{name}" for name in ("one", "base", "other")]
        for path, data in zip(paths, (one, base, other), strict=True):
            Path(path).write_bytes(data)
        ours = git(_NOWHERE, "merge-file", "-p", "--ours", *paths)
        # Without a conflict there are no sides to take.
        if ours == git(_NOWHERE, "merge-file", "-p", "--theirs", *paths):
            return ours, ""
        names = [word for name in ("one", "base", "other") for word in ("-L", name)]
        marked = git(_NOWHERE, "merge-file", "-p", *names, *paths, failing=True)
        return ours, marked.decode("utf-8", "replace")


def _both_file_and_folder(files: dict[str, File]) -> Iterator[str]:
    """Paths that are folders of others, and those others."""
    clashing: set[str] = set()
    for path in files:
        above = path.rpartition("/")[0]
        while above:
            if above in files:
                clashing |= {above, path}
            above = above.rpartition("/")[0]
    return iter(sorted(clashing))
