"""A task: a repository at a commit, an issue text, and hidden tests."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

from sandbox.tree import Change, Tree

Split = Literal["search", "held_out", "sealed"]


class SuiteError(ValueError):
    """A suite or task that can't be used. The message names the file, the key and what is allowed."""


@dataclass(frozen=True, slots=True)
class Housed:
    """A repository whose programs only its image has, and how the image's own tests are run and told.

    `image` is a digest. `folder` is where the repository stands in it. `packed` is the repository as an agent
    gets it, a gzipped tar of this host's, git's folder and what git does not track included; `untracked` are
    the files and folders (with a `/` at the end) that git did not track. `disk_mib` is what it unpacks to.
    The others are columns of a row in swebench 5's form.
    """

    image: str
    folder: str
    packed: Path = field(repr=False, compare=False)
    untracked: frozenset[str] = field(repr=False)
    disk_mib: int
    eval_script: str = field(repr=False)
    log_parser: str
    eval_type: str
    repo: str
    version: str

    def told(self) -> Mapping[str, object]:
        """All of it that decides a verdict."""
        how = {"log_parser": self.log_parser, "eval_type": self.eval_type, "version": self.version}
        return {"image": self.image, "folder": self.folder, "eval_script": self.eval_script, **how}

    def tracks(self, path: str) -> bool:
        """Whether `path` is work, and not something that stood around when it began."""
        parts = path.split("/")
        above = ("/".join(parts[:depth]) + "/" for depth in range(1, len(parts)))
        return path not in self.untracked and self.untracked.isdisjoint(above)


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
    housed: Housed | None = None
    """There where only an image of its own can run its tests."""
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
        if self.housed is not None:
            parts = {**parts, "housed": self.housed.told()}
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
