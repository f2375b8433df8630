"""Rows of SWE-bench's form: read from JSON, made tasks with the repository they are about, and written."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from benchmarks.folder import row, write_task
from benchmarks.patches import PatchError, applied
from benchmarks.task import Split, SuiteError, Task
from sandbox.tree import Tree


class Row(BaseModel):
    """What a task needs of a row. Other columns are other programs'; `hints_text` is no agent's to see."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    instance_id: str
    repo: str
    base_commit: str = Field(pattern="^[0-9a-f]{7,64}$")
    patch: str
    test_patch: str
    problem_statement: str
    FAIL_TO_PASS: list[str] = Field(min_length=1)
    PASS_TO_PASS: list[str]
    version: str = ""
    created_at: str = ""

    @field_validator("FAIL_TO_PASS", "PASS_TO_PASS", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """On the hub the lists are JSON in a string."""
        return json.loads(value) if isinstance(value, str) else value


def read_rows(path: Path) -> Iterator[Row]:
    """The rows in a .json or .jsonl file.

    Raises:
        SuiteError: it can't be read; names the row and the key.
    """
    if path.suffix not in {".json", ".jsonl"}:
        raise SuiteError(f"{path}: allowed: .json, .jsonl; write a table as one of them first")
    try:
        text = path.read_text()
        found = (
            json.loads(text)
            if path.suffix == ".json"
            else map(json.loads, filter(str.strip, text.splitlines()))
        )
        rows = list(found.values() if isinstance(found, dict) else found)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise SuiteError(f"{path}: can't be read: {error}") from None
    for number, each in enumerate(rows, 1):
        try:
            yield Row.model_validate(each)
        except (ValidationError, ValueError) as error:
            first = error.errors(include_url=False)[0] if isinstance(error, ValidationError) else None
            said = f"{'.'.join(map(str, first['loc']))}: {first['msg']}" if first else str(error)
            raise SuiteError(f"{path}: row {number}: {said}") from None


def task_of_row(told: Row, repository: Tree, split: Split) -> Task:
    """The task of a row, with its repository at the base commit.

    Raises:
        SuiteError: a patch of it does not fit.
    """
    try:
        gold = applied(told.patch.encode(), repository)
        hidden = applied(told.test_patch.encode(), repository).written
    except PatchError as error:
        raise SuiteError(f"{told.instance_id}: {error}") from None
    labels = {"repo": told.repo, "version": told.version, "base_commit": told.base_commit}
    return Task(
        id=told.instance_id,
        split=split,
        issue=told.problem_statement,
        repository=repository,
        gold=gold,
        hidden=hidden,
        fail_to_pass=tuple(told.FAIL_TO_PASS),
        pass_to_pass=tuple(told.PASS_TO_PASS),
        labels={**labels, "created_at": told.created_at, "maker": "import"},
    )


def rows_of(tasks: Iterable[Task]) -> Iterator[Mapping[str, Any]]:
    """Each task as swebench's loaders take it.

    Raises:
        SuiteError: no patch can carry a change of it.
    """
    for task in tasks:
        with tempfile.TemporaryDirectory() as place:
            write_task(Path(place, task.id), task)
            yield row(Path(place, task.id))
