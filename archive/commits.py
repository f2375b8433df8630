"""The git commit an agent becomes, computed without git."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from archive.events import AgentId
from sandbox.tree import TreeHash

AUTHOR = "dgm <dgm@localhost>"
MAX_MESSAGE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything a commit's id depends on. `at` is in seconds since 1970, UTC."""

    tree: TreeHash
    parents: tuple[AgentId, ...]
    message: str
    at: int

    @classmethod
    def of(cls, tree: TreeHash, parents: Sequence[AgentId], message: str, at: int) -> "Commit":
        """A commit whose message is made fit for git: UTF-8, no NUL, bounded, a newline at its end."""
        text = message[:MAX_MESSAGE].replace("\0", " ").replace("\r", "").strip()
        return cls(tree, tuple(parents), text.encode("utf-8", "replace").decode() + "\n", at)

    @property
    def body(self) -> bytes:
        """The content of git's commit object."""
        lines = [
            f"tree {self.tree}",
            *(f"parent {parent}" for parent in self.parents),
            f"author {AUTHOR} {self.at} +0000",
            f"committer {AUTHOR} {self.at} +0000",
        ]
        return "\n".join([*lines, "", self.message]).encode()

    @property
    def id(self) -> AgentId:
        """The id git gives it."""
        body = self.body
        whole = b"commit %d\0" % len(body) + body
        return AgentId(hashlib.sha1(whole, usedforsecurity=False).hexdigest())
