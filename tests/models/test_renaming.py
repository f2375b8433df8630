"""The engine knows no task by its words: it mends renamed copies about as often as the originals."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.registry import open_suite
from benchmarks.task import Task
from sandbox.tree import Tree
from tests.models.renaming import renamed
from tests.models.scaffolds import bash_only

TASKS = list(open_suite("kata").tasks.values())


def put(tree: Tree, folder: Path) -> None:
    for path, file in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(file.data)


def passes(task: Task, folder: Path) -> bool:
    put(task.hidden, folder)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, *task.fail_to_pass, *task.pass_to_pass], cwd=folder, capture_output=True)
    return done.returncode == 0


def mended(task: Task, folder: Path) -> bool:
    put(task.repository, folder)
    bash_only(folder, task.issue)
    solved = passes(task, folder)
    shutil.rmtree(folder)
    return solved


@pytest.mark.parametrize("task", TASKS[::8], ids=lambda task: task.id)
def test_a_renamed_task_is_another_text_with_the_same_answer(task: Task, tmp_path: Path) -> None:
    other = renamed(task)
    assert not set(other.gold.written) & set(task.gold.written)
    put(other.repository, tmp_path)
    put(other.gold.written, tmp_path)
    assert passes(other, tmp_path)


@pytest.mark.slow
def test_renamed_tasks_are_mended_as_often(tmp_path: Path) -> None:
    chosen = TASKS[::2][:10]
    originals = sum(mended(task, tmp_path / "original") for task in chosen)
    copies = sum(mended(renamed(task), tmp_path / "renamed") for task in chosen)
    assert originals > 0
    assert abs(originals - copies) <= 1.5
