"""The common coin: `Tree`, a validated map path -> file, and `Change` between two trees."""

import base64
import hashlib
import json
import os
import stat
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NewType

TreeHash = NewType("TreeHash", str)

MAX_DEPTH = 64
MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 1024

JUNK_FOLDERS = frozenset(
    {
        "__pycache__",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".hypothesis",
        ".tox",
        ".venv",
        ".idea",
        ".vscode",
        "node_modules",
    }
)
JUNK_FILES = frozenset({".DS_Store", ".coverage", "Thumbs.db"})
JUNK_ENDINGS = (".pyc", ".pyo", ".swp", ".egg-info", "~")


class TreeError(ValueError):
    """A path or a set of paths that no tree may hold."""


@dataclass(frozen=True, slots=True)
class File:
    """Content of a regular file; the only two modes are 644 and 755."""

    data: bytes
    executable: bool = False

    @property
    def mode(self) -> str:
        """Git's octal mode."""
        return "100755" if self.executable else "100644"


@lru_cache(maxsize=65_536)
def check_path(path: str) -> str:
    """Return `path` if it is a safe relative path; raise `TreeError` with the reason if not.

    Safe: valid UTF-8 without control characters or backslash, no empty, `.` or `..` part, not deeper than
    `MAX_DEPTH`, and no part that some file system takes for `.git`.
    """
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        raise TreeError(f"path {path!r} is not valid UTF-8") from None
    if not path or len(encoded) > MAX_PATH_BYTES:
        raise TreeError(f"path {path[:80]!r} is empty or longer than {MAX_PATH_BYTES} bytes")
    if "\\" in path or any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in path):
        raise TreeError(f"path {path!r} holds a control character or a backslash")
    parts = path.split("/")
    if len(parts) > MAX_DEPTH:
        raise TreeError(f"path {path[:80]!r} is deeper than {MAX_DEPTH}")
    for part in parts:
        if part in {"", ".", ".."}:
            raise TreeError(f"path {path!r} has an empty, '.' or '..' part")
        if len(part.encode()) > MAX_NAME_BYTES:
            raise TreeError(f"a name in {path[:80]!r} is longer than {MAX_NAME_BYTES} bytes")
        if is_git_name(part):
            raise TreeError(f"path {path!r} reaches into git's own folder")
    return path


def is_git_name(part: str) -> bool:
    """Tell whether HFS+, NTFS or a plain file system would take `part` for `.git`."""
    visible = "".join(char for char in part if unicodedata.category(char) != "Cf")
    folded = unicodedata.normalize("NFKC", visible).casefold().split(":")[0].rstrip(". ")
    return folded in {".git", "git~1"}


def is_junk(path: str) -> bool:
    """Tell whether `path` is a by-product of running code, which no tree is compared by."""
    *folders, name = path.split("/")
    return (
        name in JUNK_FILES
        or path.endswith(JUNK_ENDINGS)
        or any(part in JUNK_FOLDERS or part.endswith(".egg-info") for part in (*folders, name))
    )


class Tree(Mapping[str, File]):
    """An immutable set of files by relative path; equal content means equal `hash`.

    Raises:
        TreeError: a path is unsafe, or one path is both a file and a folder.
    """

    __slots__ = ("__dict__", "_files")

    def __init__(self, files: Mapping[str, File | bytes] | None = None) -> None:
        self._files: dict[str, File] = {}
        for path in sorted(files or {}):
            content = (files or {})[path]
            self._files[check_path(path)] = content if isinstance(content, File) else File(content)
        for path in self._files:
            parent = path
            while "/" in parent:
                parent = parent.rpartition("/")[0]
                if parent in self._files:
                    raise TreeError(f"{parent!r} is both a file and a folder")

    def __getitem__(self, path: str) -> File:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __hash__(self) -> int:
        return hash(self.hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and self._files == other._files

    def __repr__(self) -> str:
        return f"Tree({len(self)} files, {self.hash[:10]})"

    @cached_property
    def hash(self) -> TreeHash:
        """The id git gives a tree object of the same content (SHA-1, 40 hex digits)."""
        root: dict[str, object] = {}
        for path, file in self._files.items():
            *folders, name = path.split("/")
            level = root
            for folder in folders:
                level = level.setdefault(folder, {})  # type: ignore[assignment]
            level[name] = file
        return TreeHash(_tree_id(root).hex())

    @cached_property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(len(file.data) for file in self._files.values())

    def text(self, path: str) -> str:
        """The file at `path` as text; bytes that are no UTF-8 are replaced."""
        return self._files[path].data.decode("utf-8", "replace")

    def where(self, keep: Callable[[str], bool]) -> "Tree":
        """The files whose path satisfies `keep`."""
        return Tree({path: file for path, file in self._files.items() if keep(path)})

    def under(self, folder: str) -> "Tree":
        """The files below `folder`, with paths relative to it."""
        start = folder.rstrip("/") + "/"
        below = (path for path in self._files if path.startswith(start))
        return Tree({path[len(start) :]: self._files[path] for path in below})

    def overlaid(self, other: Mapping[str, File | bytes]) -> "Tree":
        """This tree with the files of `other` written over it.

        A file of `other` replaces whatever stood in its way: a folder at its path, or a file where it needs
        a folder.
        """
        replaced = set(other)
        needed = {"/".join(path.split("/")[:i]) for path in other for i in range(1, path.count("/") + 1)}
        kept = {
            path: file
            for path, file in self._files.items()
            if path not in replaced
            and path not in needed
            and not any("/".join(path.split("/")[:i]) in replaced for i in range(1, path.count("/") + 1))
        }
        return Tree({**kept, **other})

    @classmethod
    def from_folder(cls, folder: Path, *, keep: Callable[[str], bool] | None = None) -> "Tree":
        """Read a folder of our own; junk, `.git`, links and special files are left out, modes normalised.

        Never call it on a folder that untrusted code can write.

        Raises:
            OSError: the folder can't be read.
            TreeError: a name in it is unsafe.
        """
        files: dict[str, File] = {}
        for place, folders, names in os.walk(folder):
            relative = Path(place).relative_to(folder).as_posix()
            prefix = "" if relative == "." else relative + "/"
            folders[:] = [name for name in folders if not is_git_name(name) and not is_junk(prefix + name)]
            for name in names:
                path, full = prefix + name, Path(place, name)
                status = full.lstat()
                if not stat.S_ISREG(status.st_mode) or is_git_name(name) or is_junk(path):
                    continue
                if keep is None or keep(path):
                    files[path] = File(full.read_bytes(), executable=bool(status.st_mode & stat.S_IXUSR))
        return cls(files)

    def write_to(self, folder: Path) -> None:
        """Write every file below `folder`, which must hold no links (an empty folder of our own)."""
        for path, file in self._files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.data)
            target.chmod(0o755 if file.executable else 0o644)


def _tree_id(level: Mapping[str, object]) -> bytes:
    entries = []
    for name, item in level.items():
        if isinstance(item, File):
            entries.append((name.encode(), item.mode.encode(), _object_id(b"blob", item.data)))
        elif isinstance(item, dict):
            entries.append((name.encode() + b"/", b"40000", _tree_id(item)))
    body = b"".join(mode + b" " + name.rstrip(b"/") + b"\0" + oid for name, mode, oid in sorted(entries))
    return _object_id(b"tree", body)


def _object_id(kind: bytes, data: bytes) -> bytes:
    return hashlib.sha1(kind + b" %d\0" % len(data) + data, usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True)
class Change:
    """What turns one tree into another: files written and paths deleted. Applying it is writing bytes."""

    written: Tree
    deleted: frozenset[str]

    @classmethod
    def between(cls, before: Tree, after: Tree) -> "Change":
        """The change that turns `before` into `after`."""
        written = {path: file for path, file in after.items() if before.get(path) != file}
        return cls(Tree(written), frozenset(before) - frozenset(after))

    def __bool__(self) -> bool:
        return bool(self.written) or bool(self.deleted)

    @property
    def paths(self) -> frozenset[str]:
        """Every path written or deleted."""
        return frozenset(self.written) | self.deleted

    def where(self, keep: Callable[[str], bool]) -> "Change":
        """The part of this change whose paths satisfy `keep`."""
        return Change(self.written.where(keep), frozenset(path for path in self.deleted if keep(path)))

    def applied_to(self, tree: Tree) -> Tree:
        """`tree` after this change."""
        return tree.where(lambda path: path not in self.deleted).overlaid(self.written)

    def to_bytes(self) -> bytes:
        """Canonical JSON (ASCII, sorted keys, base64 content): equal changes give equal bytes."""
        record = {
            "deleted": sorted(self.deleted),
            "written": {
                path: [file.mode, base64.b64encode(file.data).decode()] for path, file in self.written.items()
            },
        }
        return json.dumps(record, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Change":
        """Read what `to_bytes` wrote.

        Raises:
            TreeError: the bytes are no change.
        """
        try:
            record = json.loads(data)
            executable = {"100644": False, "100755": True}
            written = {
                path: File(base64.b64decode(content, validate=True), executable[mode])
                for path, (mode, content) in record["written"].items()
            }
            return cls(Tree(written), frozenset(check_path(path) for path in record["deleted"]))
        except TreeError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise TreeError(f"not a change: {error}") from None
