"""Reads the shipped suite: repositories as they should be, tasks as the defect that was put in."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.protected import is_protected
from benchmarks.task import Split, SuiteError, Task
from sandbox.tree import Change, Tree

HERE = Path(__file__).resolve().parent


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Defect(_Table):
    """One replacement that puts the defect in; `find` stands in the good file exactly once."""

    file: str
    find: str = Field(min_length=1)
    replace: str


class Sheet(_Table):
    """A task.toml. `visible` are the repository's own tests that must go on passing."""

    id: str
    split: Split
    repository: str
    fail_to_pass: list[str] = Field(min_length=1)
    pass_to_pass: list[str]
    defect: list[Defect] = Field(min_length=1)


class Kata:
    """The shipped suite; tasks are read when they are first asked for."""

    name = "kata"
    shipped = True

    def __init__(self, folder: Path = HERE) -> None:
        self._folder = folder

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """Every task by id, in the order of ids."""
        repository = lru_cache(maxsize=None)(self._repository)
        folders = sorted(path for path in (self._folder / "tasks").iterdir() if path.is_dir())
        return {folder.name: _task(folder, _sheet(folder), repository) for folder in folders}

    def split(self, name: Split) -> Sequence[Task]:
        """The tasks of one split, in the order of ids."""
        return [task for task in self.tasks.values() if task.split == name]

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of all tasks."""
        return hashlib.sha256("\n".join(task.digest for task in self.tasks.values()).encode()).hexdigest()

    def _repository(self, name: str) -> Tree:
        folder = self._folder / "repositories" / name
        if not folder.is_dir():
            known = ", ".join(sorted(path.name for path in folder.parent.iterdir() if path.is_dir()))
            raise SuiteError(f"{folder}: no such repository; there are {known}")
        return Tree.from_folder(folder)


def _sheet(folder: Path) -> Sheet:
    path = folder / "task.toml"
    try:
        sheet = Sheet.model_validate(tomllib.loads(path.read_text()))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path}: can't be read: {error}") from None
    except ValidationError as error:
        raise SuiteError(f"{path}: {_said(error.errors(include_url=False)[0])}") from None
    if sheet.id != folder.name:
        raise SuiteError(f"{path}: id: {sheet.id!r}, but its folder is called {folder.name!r}")
    return sheet


def _task(folder: Path, sheet: Sheet, repository: Any) -> Task:
    good: Tree = repository(sheet.repository)
    defective = good
    for defect in sheet.defect:
        text = defective.text(defect.file) if defect.file in defective else ""
        count = text.count(defect.find)
        if count != 1:
            raise SuiteError(
                f"{folder / 'task.toml'}: defect.find: stands {count} times in {defect.file}, not once"
            )
        defective = defective.overlaid({defect.file: text.replace(defect.find, defect.replace).encode()})
    hidden = Tree.from_folder(folder / "hidden")
    if not hidden or not all(path.startswith("tests/") or is_protected(path) for path in hidden):
        raise SuiteError(f"{folder / 'hidden'}: holds no tests, or files that are none")
    return Task(
        id=sheet.id,
        split=sheet.split,
        issue=(folder / "issue.md").read_text(),
        repository=defective,
        gold=Change.between(defective, good),
        hidden=hidden,
        fail_to_pass=tuple(sheet.fail_to_pass),
        pass_to_pass=tuple(sheet.pass_to_pass),
        labels={"repo": sheet.repository},
    )


def _said(problem: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{key}: unknown key; allowed: {', '.join(Sheet.model_fields)}"
    return f"{key}: {problem['msg']}"
