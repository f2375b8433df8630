"""A suite that is a folder of tasks."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import get_args

from benchmarks import plain_yaml
from benchmarks.folder import DATASET, SHEET, read_task, write_task
from benchmarks.notes import Notebook
from benchmarks.task import Split, SuiteError, Task, content

TASKS = "tasks"


class FolderSuite:
    """`<folder>/tasks/<id>/`, each a task; those that `dgm.json` sets aside are left out of the splits.

    Raises:
        SuiteError: there is no such folder, or a task in it is damaged.
    """

    shipped = False

    def __init__(self, folder: Path) -> None:
        if not (folder / TASKS).is_dir():
            raise SuiteError(f"{folder}: no folder {TASKS}/ in it; a suite has one folder a task there")
        self.name = str(folder)
        self.notebook = Notebook(folder)
        self._folder = folder

    @cached_property
    def everything(self) -> Mapping[str, Task]:
        """Every task by id, those set aside too."""
        drawn = self.notebook.read().splits
        splits = {} if drawn is None else drawn.tasks
        folders = sorted(path for path in (self._folder / TASKS).iterdir() if (path / SHEET).exists())
        if not folders:
            raise SuiteError(f"{self._folder / TASKS}: holds no task; a task is a folder with a {SHEET}")
        return {folder.name: read_task(folder, splits.get(folder.name)) for folder in folders}

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """Every task that can be used, by id."""
        aside = self.notebook.read().set_aside
        return {
            name: task
            for name, task in self.everything.items()
            if name not in aside or aside[name].content != content(task)
        }

    def split(self, name: Split) -> Sequence[Task]:
        """The tasks of one split, in the order of ids."""
        return [task for task in self.tasks.values() if task.split == name]

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of all tasks that can be used."""
        return hashlib.sha256("\n".join(task.digest for task in self.tasks.values()).encode()).hexdigest()


def add_task(folder: Path, task: Task) -> None:
    """Write `task` into the suite in `folder`, which is made if it is not there.

    Raises:
        SuiteError: it is there already, or can't be written.
    """
    place = folder / TASKS / task.id
    if place.exists():
        raise SuiteError(f"{place}: is there already")
    published = {"datasets": [DATASET], "splits": list(get_args(Split))}
    try:
        write_task(place, task)
        (folder / "sweb.yaml").write_text(plain_yaml.dumps(published))
    except OSError as error:
        raise SuiteError(f"{place}: can't be written: {error.strerror}") from None
