"""Suites that a user has in a folder: `dgm.json` beside the tasks tells their splits and faults."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from benchmarks.notes import Notebook
from benchmarks.task import Split, Task, content
from sandbox.base import Sandbox


class PlacedSuite(ABC):
    """A suite in a folder. A task that was set aside is left out, until it is another."""

    shipped = False

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.notebook = Notebook(folder)
        self._held: Mapping[str, Split] | None = None

    @abstractmethod
    def read(self, splits: Mapping[str, Split]) -> Mapping[str, Task]:
        """Every task by id; those in `splits` in the split that was drawn for them."""

    def prepare(  # noqa: B027 - most suites have nothing to prepare
        self, sandbox: Sandbox, say: Callable[[str], object], registry: str | None = None
    ) -> None:
        """Have at hand what the tasks need beside their folder; comes before they are looked at.

        Raises:
            SandboxError, SuiteError: something can't be had.
        """

    def hold(self, splits: Mapping[str, Split]) -> None:
        """Have these tasks only, in these splits, whatever is drawn or added; comes before a look."""
        self._held = splits

    @cached_property
    def everything(self) -> Mapping[str, Task]:
        """Every task by id, those set aside too."""
        if self._held is not None:
            return {name: task for name, task in self.read(self._held).items() if name in self._held}
        drawn = self.notebook.read().splits
        return self.read({} if drawn is None else drawn.tasks)

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """Every task that can be used, by id."""
        return {name: task for name, task in self.everything.items() if name not in self.set_aside}

    @cached_property
    def set_aside(self) -> Mapping[str, str]:
        """Why which tasks are not used."""
        noted = self.notebook.read().set_aside
        return {
            name: noted[name].reason
            for name, task in self.everything.items()
            if name in noted and noted[name].content == content(task)
        }

    def split(self, name: Split) -> Sequence[Task]:
        """The tasks of one split, in the order of ids."""
        return [task for task in self.tasks.values() if task.split == name]

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of all tasks that can be used."""
        return hashlib.sha256("\n".join(task.digest for task in self.tasks.values()).encode()).hexdigest()
