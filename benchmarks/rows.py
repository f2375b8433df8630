"""Rows of SWE-bench's form: read, made tasks with the repository they are about, and written."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

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


class HousedRow(Row):
    """A row in swebench 5's form, which says how its tests are run and read."""

    image: str = Field(min_length=1)
    eval_script: str = Field(min_length=1)
    log_parser: str = Field(min_length=1)
    eval_type: Literal["pass_and_fail", "fail_only"]
    language: str = "python"
    difficulty: str = ""

    @field_validator("difficulty", mode="before")
    @classmethod
    def _told(cls, value: object) -> object:
        """Data sets tell it in words, in numbers, or not at all."""
        return value if isinstance(value, str) else "" if value is None else json.dumps(value, default=str)


Form = TypeVar("Form", bound=Row)


def read_rows(path: Path, form: type[Form], called: str | None = None) -> Iterator[Form]:
    """The rows in a .json, .jsonl or .parquet file, which errors call `called`.

    Raises:
        SuiteError: it can't be read; names the row and the key.
    """
    called = called or str(path)
    for number, each in enumerate(_rows(path), 1):
        if form is HousedRow and isinstance(each, dict) and "patch" in each and "eval_script" not in each:
            raise SuiteError(
                f"{called}: row {number}: is in the classic form, without eval_script; mend: load the data "
                "set anew, its publisher may have moved it to swebench 5's form; or, with a clone of its "
                "repository, `dgm tasks import ROWS --repo CLONE --to FOLDER`"
            )
        try:
            yield form.model_validate(each)
        except (ValidationError, ValueError) as error:
            first = error.errors(include_url=False)[0] if isinstance(error, ValidationError) else None
            said = f"{'.'.join(map(str, first['loc']))}: {first['msg']}" if first else str(error)
            raise SuiteError(f"{called}: row {number}: {said}") from None


def _rows(path: Path) -> list[Any]:
    if path.suffix not in {".json", ".jsonl", ".parquet"}:
        raise SuiteError(f"{path}: allowed: .json, .jsonl, .parquet")
    try:
        if path.suffix == ".parquet":
            return _table(path)
        text = path.read_text()
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in text.split("\n") if line.strip()]
        found = json.loads(text)
        return list(found.values() if isinstance(found, dict) else found)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise SuiteError(f"{path}: can't be read: {error}") from None


def _table(path: Path) -> list[Any]:
    try:
        from pyarrow import parquet
    except ImportError:
        raise SuiteError(f"{path}: .parquet needs pyarrow, which comes with dgm[swebench]") from None
    rows: list[Any] = parquet.read_table(path).to_pylist()
    return rows


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
