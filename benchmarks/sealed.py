"""The `sealed` suite: defects in packages of the package index. Only the recipe is kept here.

The archives are fetched when the suite is first used; edits and digests tell whether they are the right ones.
"""

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.hiding import task_with
from benchmarks.mutations import Edit, Mutation
from benchmarks.sdist import archive, read
from benchmarks.task import Split, SuiteError, Task
from sandbox.tree import Tree

RECIPE = Path(__file__).resolve().parent / "sealed.toml"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Package(_Table):
    """A package whose source archive has this digest."""

    name: str
    version: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    licence: str


class Passed(_Table):
    """A candidate that was drawn and could not be used."""

    name: str
    reason: str


class Cut(_Table):
    """Bytes `start` to `end` of the file give way to `replace`."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    replace: str


class Sheet(_Table):
    """One task: the defect, who sees it, and the digest of the whole."""

    id: str
    package: str
    kind: str
    file: str
    function: str
    edits: list[Cut] = Field(min_length=1, max_length=2)
    issue: str
    fail_to_pass: list[str] = Field(min_length=1)
    pass_to_pass: list[str]
    digest: str


class Recipe(_Table):
    """How the suite came about, and how it is made again."""

    seed: int
    candidates: list[str]
    passed_over: list[Passed] = []
    package: list[Package]
    task: list[Sheet]


class Sealed:
    """Tasks are made when they are first asked for.

    Raises:
        SuiteError: an archive can't be had, or is not the one the recipe was made from.
    """

    name = "sealed"
    shipped = False

    def __init__(self, recipe: Path = RECIPE, fetch: Callable[[str, str, str], bytes] = archive) -> None:
        self._path = recipe
        self._fetch = fetch

    @cached_property
    def recipe(self) -> Recipe:
        """What is kept of the suite."""
        try:
            return Recipe.model_validate(tomllib.loads(self._path.read_text()))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SuiteError(f"{self._path}: can't be read: {error}") from None
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(str(part) for part in first["loc"])
            raise SuiteError(f"{self._path}: {key}: {first['msg']}") from None

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """Every task by id, in the order of the recipe."""
        trees = {package.name: self._tree(package) for package in self.recipe.package}
        return {sheet.id: self._task(sheet, trees) for sheet in self.recipe.task}

    def split(self, name: Split) -> Sequence[Task]:
        """The tasks of one split; all are `sealed`."""
        return [task for task in self.tasks.values() if task.split == name]

    @property
    def digest(self) -> str:
        """SHA-256 over the digests of all tasks."""
        return hashlib.sha256("\n".join(sheet.digest for sheet in self.recipe.task).encode()).hexdigest()

    def _tree(self, package: Package) -> Tree:
        data = self._fetch(package.name, package.version, package.sha256)
        if hashlib.sha256(data).hexdigest() != package.sha256:
            raise SuiteError(
                f"{package.name}=={package.version}: the archive has another SHA-256; it is refused"
            )
        return read(data).tree

    def _task(self, sheet: Sheet, trees: Mapping[str, Tree]) -> Task:
        good = trees.get(sheet.package, Tree())
        if sheet.file not in good:
            raise SuiteError(f"{self._path}: task {sheet.id}: no {sheet.file} in {sheet.package}")
        edits = tuple(Edit(cut.start, cut.end, cut.replace) for cut in sheet.edits)
        mutation = Mutation(sheet.file, sheet.function, sheet.kind, edits)
        task = task_with(
            sheet.id, "sealed", good, mutation, sheet.fail_to_pass, sheet.pass_to_pass, sheet.issue
        )
        if task.digest != sheet.digest:
            raise SuiteError(f"{self._path}: task {sheet.id}: what the recipe makes has another digest")
        return task


def written(recipe: Recipe) -> str:
    """The recipe as TOML."""
    parts = [
        f"seed = {recipe.seed}",
        f"candidates = {_list(recipe.candidates)}",
        *(_table("passed_over", passed) for passed in recipe.passed_over),
        *(_table("package", package) for package in recipe.package),
        *(_table("task", sheet) for sheet in recipe.task),
    ]
    return "\n".join(parts) + "\n"


def _table(name: str, table: BaseModel) -> str:
    lines = [f"\n[[{name}]]"]
    for key, value in table.model_dump().items():
        if key == "edits":
            cuts = (", ".join(f"{part} = {_value(of)}" for part, of in cut.items()) for cut in value)
            lines.append("edits = [" + ", ".join(f"{{ {cut} }}" for cut in cuts) + "]")
        else:
            lines.append(f"{key} = {_list(value) if isinstance(value, list) else _value(value)}")
    return "\n".join(lines)


def _list(values: Sequence[str]) -> str:
    return "[\n" + "".join(f"    {_value(value)},\n" for value in values) + "]"


def _value(value: object) -> str:
    # JSON's strings are TOML's, but for DEL and pairs of surrogates.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
