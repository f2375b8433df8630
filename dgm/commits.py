"""The steps of a git history that change sources and tests, as a maker of tasks takes them."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.base import ArchiveError
from archive.git_program import git, objects
from benchmarks.difference import Difference
from benchmarks.protected import is_protected, is_test_module
from dgm.checkout import CheckoutError, tree_at
from sandbox.tree import TreeError, is_junk

_TRAILER = re.compile(r"[A-Z][A-Za-z-]+-[Bb]y: .*|Change-Id: .*|\(cherry picked from .*\)")


@dataclass(frozen=True, slots=True)
class _Commit:
    id: str
    parents: tuple[str, ...]
    seconds: int
    message: str


def steps(repository: Path, *, last: int) -> Iterator[Difference]:
    """Of the `last` commits that lead to HEAD those that may make a task, the newest first.

    Only objects are read: nothing that the repository's own settings could have run is asked for.

    Raises:
        CheckoutError: it is no git repository, or can't be read.
    """
    where = ("--no-optional-locks", "-C", str(repository.absolute()))
    if not repository.is_dir():
        raise CheckoutError(f"{repository}: no such folder")
    try:
        listed = git(where, "rev-list", "--first-parent", f"--max-count={last}", "HEAD").split()
        for name, data in zip(listed, objects(where, listed), strict=True):
            commit = _commit(name.decode(), data)
            if len(commit.parents) == 1 and _is_promising(_changed(where, commit)):
                yield _step(repository.absolute().name, where, commit)
    except (ArchiveError, TreeError) as error:
        raise CheckoutError(f"{repository}: can't be read: {error}") from None


def _commit(name: str, data: bytes) -> _Commit:
    head, _, message = data.decode("utf-8", "replace").partition("\n\n")
    parents = tuple(re.findall(r"^parent ([0-9a-f]+)$", head, re.MULTILINE))
    seconds = re.search(r"^committer .* (\d{1,12}) [-+]\d+$", head, re.MULTILINE)
    return _Commit(name, parents, int(seconds[1]) if seconds else 0, message)


def _changed(where: Sequence[str], commit: _Commit) -> list[str]:
    options = ("-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv")
    said = git(where, "diff-tree", *options, commit.parents[0], commit.id)
    return [os.fsdecode(path) for path in said.split(b"\0")[:-1]]


def _is_promising(paths: Sequence[str]) -> bool:
    return any(map(is_test_module, paths)) and any(
        path.endswith(".py") and not is_protected(path) for path in paths
    )


def _step(name: str, where: Sequence[str], commit: _Commit) -> Difference:
    before, after = (
        tree_at(where, revision)[0].where(lambda path: not is_junk(path))
        for revision in (commit.parents[0], commit.id)
    )
    lines = [line for line in commit.message.splitlines() if not _TRAILER.fullmatch(line.strip())]
    labels = {
        "maker": "from-history",
        "repo": f"local/{name}",
        "base_commit": commit.parents[0],
        "fixed_in": commit.id,
        "created_at": datetime.fromtimestamp(commit.seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower() or "repository"
    return Difference(f"{slug}-{commit.id[:10]}", before, after, "\n".join(lines).strip(), labels)
