"""A task: a repository at a commit, an issue text, and hidden tests."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    grading adds. Tests are named by pytest node id relative to the repository.
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
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


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
