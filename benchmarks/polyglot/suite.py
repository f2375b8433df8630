"""Reads a checkout in Exercism's layout: what an agent gets, what is hidden, and the known solution."""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.placed import PlacedSuite
from benchmarks.polyglot.languages import LANGUAGES
from benchmarks.splits import drawn
from benchmarks.task import Split, SuiteError, Task
from sandbox.tree import Change, File, Tree, TreeError

EXERCISES = "exercises/practice"
NAMES = ("python", *LANGUAGES)
SECONDS: Mapping[str, float] = {"cpp": 300.0, "rust": 300.0, "java": 120.0, "go": 120.0}
_INSTRUCTIONS = ("introduction.md", "instructions.md", "instructions.append.md")
_UNSEEN = (".meta/", ".docs/", ".approaches/", ".articles/", ".exercism/")
_SKIPS = re.compile(r"^\s*@(?:unittest\.|pytest\.mark\.)?skip\b(?:\([^)]*\))?\s*$", re.MULTILINE)


class Files(BaseModel):
    """Which file is what."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    solution: list[str] = Field(min_length=1)
    test: list[str] = Field(min_length=1)
    example: list[str] = Field(min_length=1)


class Metadata(BaseModel):
    """A .meta/config.json, as far as it is read."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    files: Files


class Polyglot(PlacedSuite):
    """`<folder>/<language>/exercises/practice/<slug>/`, for the languages that are there.

    Splits are halves of each language, drawn with seed 0 as long as `dgm.json` tells no others.

    Raises:
        SuiteError: there are no exercises, or one is damaged.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(f"polyglot:{folder.resolve()}", folder)
        self._folder = folder

    def read(self, splits: Mapping[str, Split]) -> Mapping[str, Task]:
        """Every exercise, called `<language>-<slug>`."""
        places = [
            (language, place)
            for language in NAMES
            if (self._folder / language / EXERCISES).is_dir()
            for place in sorted((self._folder / language / EXERCISES).iterdir())
            if (place / ".meta/config.json").is_file()
        ]
        if not places:
            wanted = f"<language>/{EXERCISES}/<slug>/.meta/config.json"
            raise SuiteError(f"{self._folder}: no {wanted} in it; languages are {', '.join(NAMES)}")
        tasks = [exercise(language, place) for language, place in places]
        halves = drawn(tasks, {"search": 1.0, "held_out": 1.0}, 0) if not splits else {}
        of = {**halves, **splits}
        return {task.id: replace(task, split=of.get(task.id, "search")) for task in tasks}


def exercise(language: str, folder: Path, split: Split = "search") -> Task:
    """The task of one exercise.

    Raises:
        SuiteError: a file that its metadata names is missing, or its tests can't be told apart.
    """
    path = folder / ".meta/config.json"
    try:
        files = Metadata.model_validate(json.loads(path.read_bytes())).files
        whole = Tree.from_folder(folder)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SuiteError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (OSError, ValueError, TreeError) as error:
        raise SuiteError(f"{path}: can't be read: {error}") from None
    missing = [name for name in (*files.test, *files.example) if name not in whole]
    if missing:
        raise SuiteError(f"{path}: files: {missing[0]!r} is named, but not there")
    hidden = Tree({name: File(_enabled(language, whole.text(name)).encode()) for name in files.test})
    tests = [f"{name}::{test}" for name in files.test for test in _tests(language, hidden.text(name))]
    if not tests:
        raise SuiteError(f"{folder}: no tests found in {', '.join(files.test)}")
    seen = whole.where(lambda name: name not in hidden and not name.startswith(_UNSEEN))
    told = (f".docs/{name}" for name in _INSTRUCTIONS)
    issue = "\n\n".join(whole.text(name).strip() for name in told if name in whole)
    return Task(
        id=f"{language}-{folder.name}",
        split=split,
        issue=f"{issue}\n\nWrite the solution in {', '.join(f'`{name}`' for name in files.solution)}.\n",
        repository=seen,
        gold=Change(Tree(dict(_solution(files, whole))), frozenset()),
        hidden=hidden,
        fail_to_pass=tuple(dict.fromkeys(tests)),
        pass_to_pass=(),
        grading_seconds=SECONDS.get(language, 60.0),
        language=language,
        labels={"repo": f"polyglot/{language}", "maker": "polyglot"},
    )


def _enabled(language: str, source: str) -> str:
    return _SKIPS.sub("", source) if language == "python" else LANGUAGES[language].enabled(source)


def _tests(language: str, source: str) -> Sequence[str]:
    if language != "python":
        return [found["name"] for found in LANGUAGES[language].tests.finditer(source)]
    try:
        module = ast.parse(source)
    except SyntaxError as error:
        raise SuiteError(f"a test file is no Python: {error}") from None
    return list(_python_tests(module.body, ""))


def _python_tests(body: Sequence[ast.stmt], outer: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _python_tests(node.body, f"{outer}{node.name}::")
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield outer + node.name


def _solution(files: Files, whole: Tree) -> Iterator[tuple[str, File]]:
    """Each example file in the place of the solution file it stands for: by name, or else by ending."""
    places = {PurePosixPath(name).name: name for name in files.solution}
    for example in files.example:
        path = PurePosixPath(example)
        alike = [name for name in files.solution if name.endswith(path.suffix)]
        if path.name in places:
            yield places[path.name], whole[example]
        elif path.suffix == ".toml":
            # Rust tells what the example needs in a manifest of its own.
            yield "Cargo.toml", whole[example]
        elif alike:
            yield alike[0], whole[example]
        else:
            yield str(PurePosixPath(files.solution[0]).parent / path.name), whole[example]
