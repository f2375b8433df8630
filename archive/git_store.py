"""The bare repository of agents."""

import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path

from archive.base import ArchiveError
from archive.commits import AUTHOR, Commit
from archive.durable import sync_file, sync_folder
from archive.events import AgentId
from archive.git_program import git, objects
from sandbox.tree import File, Tree, TreeError

AGENTS = "refs/agents/"
CHAMPION = "refs/heads/champion"
NOWHERE = "0" * 40
MAX_TREE_FILES = 20_000
MAX_TREE_BYTES = 256 * 1024 * 1024
_LISTED = re.compile(rb"(100644|100755) blob ([0-9a-f]{40}) +([0-9]+)\t(.*)", re.DOTALL).fullmatch
_LEFT_BEHIND = ("*.lock", "tmp_*", "*.keep", "fast_import_crash_*")
_LOOSE_REF = re.compile(rb"[0-9a-f]{40}\n|ref: refs/[^\n]+\n").fullmatch


class GitStore:
    """Commits and references, durable when a method returns. Writing is for one thread at a time."""

    def __init__(self, folder: Path, crossing: Callable[[str], None] = lambda _: None) -> None:
        """Open the repository in `folder`.

        Raises:
            ArchiveError: there is none.
        """
        self._folder = folder.resolve()
        self._crossing = crossing
        if not (self._folder / "objects").is_dir() or not (self._folder / "HEAD").is_file():
            raise ArchiveError(f"{folder}: no git repository here; restore it from a mirror or a backup")

    @classmethod
    def create(cls, folder: Path, epoch: int, crossing: Callable[[str], None]) -> "GitStore":
        """Make an empty repository whose commits are dated from `epoch` on, in seconds since 1970."""
        _git(folder.resolve(), "init", "--quiet", "--bare", "--template=", "--initial-branch=champion")
        _git(folder.resolve(), "config", "dgm.epoch", str(epoch))
        (folder / "refs/agents").mkdir()
        for place in (folder / "refs", folder, folder.parent):
            sync_folder(place)
        return cls(folder, crossing)

    @property
    def folder(self) -> Path:
        """Where the repository is."""
        return self._folder

    @cached_property
    def epoch(self) -> int:
        """Where the run's dates start, in seconds since 1970."""
        return int(_git(self._folder, "config", "--type=int", "--get", "dgm.epoch"))

    def write(self, commit: Commit, tree: Tree) -> None:
        """Store a commit with its tree, as one pack.

        Raises:
            ArchiveError: git refused, or made something else of it.
        """
        self._crossing("objects:before")
        made = _git(self._folder, "fast-import", "--quiet", "--done", stdin=_stream(commit, tree))
        sync_folder(self._folder / "objects/pack")
        sync_folder(self._folder / "objects")
        if made.decode("ascii", "replace").strip() != commit.id:
            raise ArchiveError(f"{self._folder}: git made another commit than {commit.id[:12]}")
        self._crossing("objects:after")

    def point(self, reference: str, new: AgentId, old: AgentId | None) -> None:
        """Move a reference from `old` (None: it must not exist) to `new`.

        Raises:
            ArchiveError: it is elsewhere, or git refused.
        """
        self._crossing("ref:before")
        _git(self._folder, "update-ref", "--no-deref", reference, new, old or NOWHERE)
        path = self._folder / reference
        if path.exists():
            sync_file(path)
        for place in path.parents:
            sync_folder(place)
            if place == self._folder / "refs":
                break
        self._crossing("ref:after")

    def remove(self, reference: str) -> None:
        """Drop a reference, wherever it points."""
        _git(self._folder, "update-ref", "--no-deref", "-d", reference)

    def references(self) -> dict[str, AgentId]:
        """Every reference by full name; broken ones are left out."""
        text = _git(self._folder, "for-each-ref", "--format=%(objectname) %(refname)").decode(
            "utf-8", "replace"
        )
        lines = (line.split(" ", 1) for line in text.splitlines())
        return {name: AgentId(target) for target, name in lines}

    def missing(self, commits: Iterable[AgentId]) -> list[AgentId]:
        """Those of `commits` whose commit object is not here."""
        wanted = list(commits)
        asked = "".join(f"{commit}\n" for commit in wanted).encode()
        answers = _git(self._folder, "cat-file", "--batch-check", stdin=asked).decode("ascii").splitlines()
        return [
            commit
            for commit, answer in zip(wanted, answers, strict=True)
            if not answer.startswith(f"{commit} commit ")
        ]

    def commit(self, agent: AgentId) -> bytes:
        """The content of a commit object.

        Raises:
            ArchiveError: it is not here.
        """
        return _git(self._folder, "cat-file", "commit", agent)

    def tree(self, commit: AgentId) -> Tree:
        """The files of a commit, read without a checkout.

        Raises:
            ArchiveError: an object is missing or damaged, or the tree is none that we would write.
        """
        try:
            rows = self._listing(commit)
            contents = objects(_at(self._folder), [commit.encode(), *(row[2] for row in rows)])
            files = {
                row[4].decode(): File(content, executable=row[1] == b"100755")
                for row, content in zip(rows, contents[1:], strict=True)
            }
            tree = Tree(files)
        except (ArchiveError, TreeError, ValueError) as error:
            raise ArchiveError(f"agent {commit[:12]} can't be read: {error}; {self._mend()}") from None
        if not contents[0].startswith(f"tree {tree.hash}\n".encode()):
            raise ArchiveError(f"agent {commit[:12]} holds altered objects; {self._mend()}")
        return tree

    def _listing(self, commit: AgentId) -> list[re.Match[bytes]]:
        """Mode, id, size and path of each file of a commit, bounded."""
        listed = _git(self._folder, "ls-tree", "-r", "-z", "-l", "--full-tree", commit).split(b"\0")[:-1]
        rows = [row for row in map(_LISTED, listed) if row is not None]
        if len(rows) < len(listed):
            raise ArchiveError("it holds what is no plain file, or a file is missing")
        if len(rows) > MAX_TREE_FILES or sum(int(row[3]) for row in rows) > MAX_TREE_BYTES:
            raise ArchiveError("it is larger than any agent may be")
        return rows

    def clear_left_behind(self) -> None:
        """Remove what a killed git leaves: locks that would block for ever, halves of packs, torn refs."""
        references = self._folder / "refs"
        for path in self._folder.rglob("*"):
            left = any(fnmatch(path.name, pattern) for pattern in _LEFT_BEHIND)
            if path.is_file() and (
                left or (path.is_relative_to(references) and not _LOOSE_REF(path.read_bytes()))
            ):
                path.unlink()

    def faults(self) -> list[str]:
        """What `git fsck` complains of, a line each."""
        said = _git(self._folder, "fsck", "--full", "--no-dangling", "--no-progress", failing=True)
        lines = said.decode("utf-8", "replace").splitlines()
        return [line for line in lines if line and not line.startswith(("notice:", "dangling "))]

    def _mend(self) -> str:
        return f"{fetch_from_mirror(self._folder)} or restore a backup"


def fetch_from_mirror(folder: Path) -> str:
    """What a person may do when an object is missing."""
    return f"fetch it from a mirror (`git -C {folder} fetch MIRROR 'refs/*:refs/*'`)"


def _stream(commit: Commit, tree: Tree) -> bytes:
    message = commit.message.encode()
    lines: list[bytes] = [
        # The reference is reset at the end, so that git writes objects only.
        b"commit refs/dgm/incoming",
        b"mark :1",
        f"author {AUTHOR} {commit.at} +0000".encode(),
        f"committer {AUTHOR} {commit.at} +0000".encode(),
        b"data %d" % len(message),
        message,
        *(f"{'merge' if place else 'from'} {parent}".encode() for place, parent in enumerate(commit.parents)),
        b"deleteall",
    ]
    for path, file in tree.items():
        quoted = path.replace('"', '\\"')
        lines += [f'M {file.mode} inline "{quoted}"'.encode(), b"data %d" % len(file.data), file.data]
    lines += [b"", b"get-mark :1", b"reset refs/dgm/incoming", b"from " + NOWHERE.encode(), b"", b"done", b""]
    return b"\n".join(lines)


def _git(folder: Path, *arguments: str, stdin: bytes = b"", failing: bool = False) -> bytes:
    return git(_at(folder), *arguments, stdin=stdin, failing=failing)


def _at(folder: Path) -> tuple[str]:
    return (f"--git-dir={folder}",)
