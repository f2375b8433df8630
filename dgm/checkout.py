"""A git repository of a user's, as an agent may see it: its tracked files at HEAD."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.base import ArchiveError
from archive.git_program import git, objects
from sandbox.tree import File, Tree, TreeError, check_path

MAX_FILES = 20_000
MAX_BYTES = 128 * 2**20
SHOWN = 5
_LISTED = re.compile(rb"([0-7]{6}) [a-z]+ ([0-9a-f]{40,64}) +(-|[0-9]+)\t(.+)", re.DOTALL).fullmatch
_FILE_MODES = {b"100644": False, b"100755": True}
_OTHER_MODES = {b"120000": "a symbolic link", b"160000": "a submodule"}


class CheckoutError(Exception):
    """A repository that can't be worked on, or a change that does not fit it; one line."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """The tracked files of a repository at HEAD. `left_out` names what no `Tree` holds, with the reason."""

    folder: Path
    tree: Tree
    left_out: Mapping[str, str]


def read_checkout(folder: Path) -> Checkout:
    """The repository in `folder`; nothing in it is changed, not even git's index.

    Raises:
        CheckoutError: no repository, no commit, changes that are not committed, or too large.
    """
    # git runs elsewhere: a path of ours must not be taken from there.
    where = ("--no-optional-locks", "-C", str(folder.absolute()))
    if not folder.is_dir():
        raise CheckoutError(f"{folder}: no such folder")
    try:
        top = os.fsdecode(git(where, "rev-parse", "--show-toplevel").removesuffix(b"\n"))
    except ArchiveError as error:
        raise CheckoutError(f"{folder}: no git repository with files ({error})") from None
    if not Path(top).samefile(folder):
        raise CheckoutError(f"{folder}: lies inside of a repository; give its root, {top}")
    try:
        git(where, "rev-parse", "--verify", "--quiet", "HEAD^{tree}")
    except ArchiveError:
        raise CheckoutError(f"{folder}: nothing is committed yet; commit first") from None
    try:
        _refuse_dirty(folder, git(where, "status", *_STATUS).split(b"\0"))
        tree, left_out = tree_at(where, "HEAD")
        return Checkout(Path(top), tree, left_out)
    except (ArchiveError, TreeError) as error:
        raise CheckoutError(f"{folder}: can't be read: {error}") from None


def tree_at(where: Sequence[str], revision: str) -> tuple[Tree, Mapping[str, str]]:
    """The files of a revision, and what no `Tree` holds with the reason.

    Raises:
        ArchiveError, TreeError: it can't be read.
        CheckoutError: it is too large.
    """
    listed = git(where, "ls-tree", "-r", "-z", "-l", "--full-tree", revision).split(b"\0")[:-1]
    rows, left_out = _sorted_out([row for row in map(_LISTED, listed) if row is not None])
    if len(rows) > MAX_FILES or sum(int(row[3]) for row in rows.values()) > MAX_BYTES:
        most = f"{MAX_FILES} files and {MAX_BYTES // 2**20} MiB"
        raise CheckoutError(f"{where[-1]}: larger than an agent can be given (at most {most})")
    contents = objects(where, [row[2] for row in rows.values()])
    files = {
        path: File(content, executable=_FILE_MODES[row[1]])
        for (path, row), content in zip(rows.items(), contents, strict=True)
    }
    return Tree(files), left_out


# Submodules are left out, so git need not look into them, where other settings would rule.
_STATUS = ("--porcelain=v1", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames")


def _refuse_dirty(folder: Path, entries: list[bytes]) -> None:
    changed = [os.fsdecode(entry[3:]) for entry in entries if entry]
    if changed:
        named = ", ".join(changed[:SHOWN]) + (", ..." if len(changed) > SHOWN else "")
        raise CheckoutError(f"{folder}: has changes that are not committed ({named}); commit or stash them")


def _sorted_out(rows: list[re.Match[bytes]]) -> tuple[dict[str, re.Match[bytes]], dict[str, str]]:
    """Rows that a tree can hold by path, and what is left out with the reason."""
    kept: dict[str, re.Match[bytes]] = {}
    left_out: dict[str, str] = {}
    for row in rows:
        path = os.fsdecode(row[4])
        if row[1] not in _FILE_MODES:
            left_out[path] = _OTHER_MODES.get(row[1], "no plain file")
            continue
        try:
            kept[check_path(path)] = row
        except TreeError as error:
            left_out[path] = str(error)
    return kept, left_out
