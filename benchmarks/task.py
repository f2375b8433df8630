"""A task: a repository at a commit, an issue text, and hidden tests."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, Protocol

from sandbox.tree import Change, Tree

Split = Literal["search", "held_out", "sealed"]


class SuiteError(ValueError):
    """A suite or task that can't be used. The message names the file, the key and what is allowed."""


@dataclass(frozen=True)
class Task:
    """One problem with a known right answer.

    `repository` is what the agent gets, defect included. `gold` repairs it. `hidden` are the files that
    grading adds. Tests are named as the runner of `language` names them: by pytest node id relative to the
    repository for python. `traps` are changes that cheat, and must stay unresolved beside those every task
    is tried with. `labels` tell what it is and where it comes from (`repo`, `difficulty`, ...).
    """

    id: str
    split: Split
    issue: str
    repository: Tree = field(repr=False)
    gold: Change = field(repr=False)
    hidden: Tree = field(repr=False)
    fail_to_pass: tuple[str, ...]
    pass_to_pass: tuple[str, ...]
    grading_seconds: float = 60.0
    language: str = "python"
    traps: tuple[Change, ...] = field(default=(), repr=False)
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything that decides a verdict, 64 hex digits."""
        parts: Mapping[str, object] = {
            "id": self.id,
            "split": self.split,
            "issue": self.issue,
            "repository": self.repository.hash,
            "gold": hashlib.sha256(self.gold.to_bytes()).hexdigest(),
            "hidden": self.hidden.hash,
            "fail_to_pass": self.fail_to_pass,
            "pass_to_pass": self.pass_to_pass,
            "grading_seconds": self.grading_seconds,
        }
        # Left out where they say nothing, so that recorded digests stay.
        if self.language != "python":
            parts = {**parts, "language": self.language}
        if self.traps:
            parts = {**parts, "traps": [hashlib.sha256(trap.to_bytes()).hexdigest() for trap in self.traps]}
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def content(task: Task) -> str:
    """The digest of `task` in whatever split: what has been found out of it stays true in another."""
    return replace(task, split="sealed").digest


class Suite(Protocol):
    """Named tasks in splits."""

    @property
    def name(self) -> str:
        """The name it is opened by."""
        ...

    @property
    def shipped(self) -> bool:
        """Written by this project, so that running its code without isolation may be allowed."""
        ...

    @property
    def tasks(self) -> Mapping[str, Task]:
        """Every task by id, in a fixed order."""
        ...

    def split(self, name: Split) -> Sequence[Task]:
        """The tasks of one split, in a fixed order."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of all tasks, 64 hex digits."""
        ...
