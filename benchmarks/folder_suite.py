"""A suite that is a folder of tasks."""

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from benchmarks import plain_yaml
from benchmarks.folder import DATASET, SHEET, read_task, write_task
from benchmarks.placed import PlacedSuite
from benchmarks.task import Split, SuiteError, Task

TASKS = "tasks"


class FolderSuite(PlacedSuite):
    """`<folder>/tasks/<id>/`, each a task.

    Raises:
        SuiteError: there is no such folder, or a task in it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        # A run keeps the name, and may be gone on with from elsewhere.
        super().__init__(str(folder.resolve()), folder)
        self._tasks = folder / TASKS
        if not self._tasks.is_dir():
            raise SuiteError(f"{folder}: no folder {TASKS}/ in it; a suite has one folder a task there")

    def read(self, splits: Mapping[str, Split]) -> Mapping[str, Task]:
        """Every task, by id."""
        folders = sorted(path for path in self._tasks.iterdir() if (path / SHEET).exists())
        if not folders:
            raise SuiteError(f"{self._tasks}: holds no task; a task is a folder with a {SHEET}")
        return {folder.name: read_task(folder, splits.get(folder.name)) for folder in folders}


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
