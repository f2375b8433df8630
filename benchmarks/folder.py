"""One task as a folder, in the form of swebench 5's task repositories, with the repository beside it.

task.yaml              metadata, one table `dgm` of ours among it
tests.json             FAIL_TO_PASS and PASS_TO_PASS
problem_statement.md   the issue; hints.md (never shown to an agent) where there is one
gold.patch, test.patch the repair and the hidden tests, against the repository
test_assets/           hidden files that a patch can't carry
repository.tar.gz      what the agent gets; or a folder `repository/`
traps/*.patch          cheats that must stay unresolved
eval.sh, Dockerfile    how swebench's own harness runs it
"""

import difflib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks import plain_yaml
from benchmarks.harness_files import dockerfile, eval_script, image_name
from benchmarks.patches import PatchError, applied, patch_of
from benchmarks.tarred import TarredError, tar_of, tree_of
from benchmarks.task import Split, SuiteError, Task
from sandbox.tree import Change, Tree, TreeError

SHEET, TESTS, ISSUE, GOLD, HIDDEN = (
    "task.yaml",
    "tests.json",
    "problem_statement.md",
    "gold.patch",
    "test.patch",
)
DATASET = "local/tasks"
_TOLD = ("repo", "version", "base_commit", "created_at", "difficulty")
"""Labels that have a key of their own in a sheet."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


class Ours(BaseModel):
    """What swebench has no key for."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    tree: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")
    """Git's hash of the repository's tree; held to, where it is told."""
    grading_seconds: float = Field(default=60.0, gt=0, le=3600)
    language: Literal["python", "javascript", "go", "rust", "java", "cpp"] = "python"
    labels: dict[str, str] = {}


class Sheet(BaseModel):
    """A task.yaml. Keys that are unknown here are other programs' and stay unread."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    instance_id: str
    repo: str
    version: str = ""
    base_commit: str = ""
    split: str = "test"
    image: str = ""
    log_parser: str = ""
    eval_type: Literal["pass_and_fail", "fail_only"] = "pass_and_fail"
    datasets: list[str] = []
    created_at: str = ""
    environment_setup_commit: str = ""
    difficulty: str = ""
    dgm: Ours = Ours()


class Tests(BaseModel):
    """A tests.json."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    FAIL_TO_PASS: list[str] = Field(min_length=1)
    PASS_TO_PASS: list[str]


def read_task(folder: Path, split: Split | None = None) -> Task:
    """The task in `folder`, in `split` or else in the one that its sheet names.

    Raises:
        SuiteError: a file is missing, damaged or does not fit the others; it is named, with the key.
    """
    sheet, tests = _sheet(folder), _tests(folder / TESTS)
    repository = _repository(folder, sheet.dgm.tree)
    gold = _change(folder / GOLD, repository)
    hidden = _change(folder / HIDDEN, repository).written
    assets = folder / "test_assets"
    traps = sorted((folder / "traps").glob("*.patch"))
    if not gold:
        raise SuiteError(f"{folder / GOLD}: changes nothing")
    return Task(
        id=sheet.instance_id,
        split=split or _split(sheet.split),
        issue=_text(folder / ISSUE),
        repository=repository,
        gold=gold,
        hidden=hidden.overlaid(Tree.from_folder(assets)) if assets.is_dir() else hidden,
        fail_to_pass=tuple(tests.FAIL_TO_PASS),
        pass_to_pass=tuple(tests.PASS_TO_PASS),
        grading_seconds=sheet.dgm.grading_seconds,
        language=sheet.dgm.language,
        traps=tuple(_change(trap, repository) for trap in traps),
        labels=_labels(sheet),
    )


def write_task(folder: Path, task: Task) -> None:
    """Write `task` to `folder`, which must not be there yet; `read_task` gives the same task again.

    Raises:
        SuiteError: no patch can carry a change of it, or its name is none for a folder.
    """
    if not _ID.fullmatch(task.id) or task.id != folder.name:
        raise SuiteError(f"{folder}: {task.id!r} is no name for a task's folder; allowed: A-Z a-z 0-9 . _ -")
    told = {key: task.labels[key] for key in _TOLD if task.labels.get(key)}
    labels = {key: value for key, value in task.labels.items() if key not in _TOLD}
    hidden, assets = _told(task.repository, task.hidden)
    try:
        files = {GOLD: patch_of(task.repository, task.gold), HIDDEN: hidden}
        for number, trap in enumerate(task.traps, 1):
            files[f"traps/{number:02}.patch"] = patch_of(task.repository, trap)
    except PatchError as error:
        raise SuiteError(f"task {task.id}: {error}") from None
    ours = {"tree": task.repository.hash, "grading_seconds": task.grading_seconds, "language": task.language}
    sheet = {
        "instance_id": task.id,
        "repo": "local/" + task.id.partition("-")[0],
        "version": "",
        "base_commit": task.repository.hash,
        **told,
        "split": task.split,
        "image": image_name(task.id),
        "log_parser": "parse_log_pytest" if task.language == "python" else "",
        "eval_type": "pass_and_fail",
        "datasets": [DATASET],
        "dgm": {**ours, "labels": labels} if labels else ours,
    }
    tests = {"FAIL_TO_PASS": list(task.fail_to_pass), "PASS_TO_PASS": list(task.pass_to_pass)}
    files |= {
        SHEET: plain_yaml.dumps(sheet).encode(),
        TESTS: (json.dumps(tests, indent=2, ensure_ascii=False) + "\n").encode(),
        ISSUE: task.issue.encode(),
        "repository.tar.gz": tar_of(task.repository),
        "eval.sh": eval_script(task, hidden).encode(),
        "Dockerfile": dockerfile().encode(),
        **{f"test_assets/{path}": file.data for path, file in assets.items()},
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def row(folder: Path) -> dict[str, Any]:
    """The task as swebench's loaders give it: one flat mapping, the tests as lists."""
    sheet = _yaml(folder / SHEET)
    ours = sheet.pop("dgm", None)
    hints = folder / "hints.md"
    texts = {"problem_statement": ISSUE, "patch": GOLD, "test_patch": HIDDEN, "eval_script": "eval.sh"}
    told = {column: _text(folder / name) for column, name in texts.items()}
    tests = _tests(folder / TESTS)
    known = {"FAIL_TO_PASS": tests.FAIL_TO_PASS, "PASS_TO_PASS": tests.PASS_TO_PASS}
    language = {"language": ours.get("language", "python")} if isinstance(ours, dict) else {}
    return {**sheet, **language, **told, "hints_text": _text(hints) if hints.is_file() else "", **known}


def _sheet(folder: Path) -> Sheet:
    path = folder / SHEET
    table = _yaml(path)
    for key in set(map(str, table)) - set(Sheet.model_fields):
        near = difflib.get_close_matches(key, Sheet.model_fields, 1, 0.85)
        if near:
            raise SuiteError(f"{path}: {key}: unknown key; did you mean {near[0]!r}?")
    try:
        sheet = Sheet.model_validate(table)
    except ValidationError as error:
        raise SuiteError(f"{path}: {_said(error)}") from None
    if sheet.instance_id != folder.name:
        raise SuiteError(
            f"{path}: instance_id: {sheet.instance_id!r}, but its folder is called {folder.name!r}"
        )
    return sheet


def _yaml(path: Path) -> dict[str, Any]:
    try:
        table = plain_yaml.loads(_text(path))
    except plain_yaml.YamlError as error:
        raise SuiteError(f"{path}: {error}") from None
    if not isinstance(table, dict):
        raise SuiteError(f"{path}: holds no `key: value` lines")
    return table


def _tests(path: Path) -> Tests:
    try:
        return Tests.model_validate(json.loads(_text(path)))
    except (ValueError, RecursionError) as error:
        said = _said(error) if isinstance(error, ValidationError) else f"no JSON: {error}"
        raise SuiteError(f"{path}: {said}") from None


def _said(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{key}: unknown key; allowed: {', '.join(Ours.model_fields)}"
    return f"{key}: {first['msg']}"


def _labels(sheet: Sheet) -> Mapping[str, str]:
    told = {key: getattr(sheet, key) for key in _TOLD}
    return {**sheet.dgm.labels, **{key: value for key, value in told.items() if value}}


def _split(name: str) -> Split:
    """Splits of ours by name; anybody else's (test, dev, train) are for searching until they are drawn."""
    return next((split for split in get_args(Split) if split == name), "search")


def _repository(folder: Path, wanted: str | None) -> Tree:
    packed, plain = folder / "repository.tar.gz", folder / "repository"
    try:
        if packed.is_file():
            place, tree = packed, tree_of(packed.read_bytes())
        elif plain.is_dir():
            place, tree = plain, Tree.from_folder(plain)
        else:
            raise SuiteError(
                f"{folder}: holds neither repository.tar.gz nor repository/; where only its image has it, "
                "`dgm tasks import ROWS --repo CLONE` makes a task of it"
            )
    except (OSError, TarredError, TreeError) as error:
        raise SuiteError(f"{folder}: the repository can't be read: {error}") from None
    if wanted is not None and tree.hash != wanted:
        raise SuiteError(f"{place}: its tree is {tree.hash}, but dgm.tree in {SHEET} says {wanted}")
    return tree


def _change(path: Path, repository: Tree) -> Change:
    try:
        return applied(path.read_bytes(), repository)
    except OSError as error:
        raise SuiteError(f"{path}: can't be read: {error.strerror}") from None
    except PatchError as error:
        raise SuiteError(f"{path}: {error}") from None


def _told(repository: Tree, hidden: Tree) -> tuple[bytes, Tree]:
    """A patch that adds `hidden`, and the files that need to be kept beside it."""
    text, assets = {}, {}
    for path, file in hidden.items():
        try:
            patch_of(repository, Change(Tree({path: file}), frozenset()))
            text[path] = file
        except PatchError:
            assets[path] = file
    return patch_of(repository, Change(Tree(text), frozenset())), Tree(assets)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise SuiteError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SuiteError(f"{path}: is no UTF-8") from None
