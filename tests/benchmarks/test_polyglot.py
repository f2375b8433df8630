"""Exercises in Exercism's layout, own-written: what is hidden, what is stripped, and who is believed."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.floor import tamperer
from benchmarks.grade import grade
from benchmarks.junit import ReportError
from benchmarks.polyglot import reports
from benchmarks.polyglot.languages import LANGUAGES
from benchmarks.polyglot.suite import NAMES, Polyglot, exercise
from benchmarks.registry import open_suite
from benchmarks.task import SuiteError, Task
from benchmarks.verify import doubt
from sandbox.base import Sandbox
from sandbox.registry import open_sandbox
from sandbox.tree import Change, Tree
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

EXERCISES = Path(__file__).parent / "exercises"
SUITE = Polyglot(EXERCISES)
NULL = Change(Tree(), frozenset())
IN_CI = [task for task in SUITE.tasks.values() if task.language in {"python", "javascript"}]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE) as opened:
        yield opened


def test_two_exercises_a_language() -> None:
    assert sorted(SUITE.tasks) == sorted(
        f"{name}-{slug}" for name in NAMES for slug in ("bell-tower", "trail-mix")
    )
    assert {task.language for task in SUITE.split("search")} == set(NAMES)
    assert {task.language for task in SUITE.split("held_out")} == set(NAMES)
    assert open_suite(f"polyglot:{EXERCISES}").digest == SUITE.digest


@pytest.mark.parametrize("task", SUITE.tasks.values(), ids=lambda task: task.id)
def test_solution_tests_and_metadata_are_hidden(task: Task) -> None:
    assert not [path for path in task.repository if path.startswith((".meta", ".docs"))]
    assert not set(task.hidden) & set(task.repository)
    known = {file.data for file in task.repository.values()}
    assert not [
        path for path, file in task.gold.written.items() if file.data in known and not path.endswith(".h")
    ]
    assert set(task.gold.paths) <= set(task.repository)


@pytest.mark.parametrize("task", SUITE.tasks.values(), ids=lambda task: task.id)
def test_every_test_is_found_and_none_is_skipped(task: Task) -> None:
    assert len(task.fail_to_pass) == (2 if "trail-mix" in task.id or task.language == "go" else 3)
    text = "".join(task.hidden.text(path) for path in task.hidden).lower()
    for word in ("skip", "disabled(", "todo", "#[ignore", "@disabled"):
        assert word not in text


@pytest.mark.parametrize("task", IN_CI, ids=lambda task: task.id)
def test_gold_is_believed_null_and_tamperer_are_not(task: Task, sandbox: Sandbox) -> None:
    assert grade(task, task.gold, sandbox).verdict == "resolved"
    null = grade(task, NULL, sandbox)
    assert null.verdict == "unresolved"
    assert "passed" not in null.tests.values()
    assert grade(task, tamperer(task), sandbox).verdict == "unresolved"


def test_what_decides_how_tests_run_is_not_taken(sandbox: Sandbox) -> None:
    task = SUITE.tasks["javascript-bell-tower"]
    forged = {name.partition("::")[2]: "passed" for name in task.fail_to_pass}
    fakes = "".join(f"test({json.dumps(name)}, () => {{}});\n" for name in forged)
    change = Change(
        Tree(
            {
                "bell-tower.test.js": f"import {{ test }} from 'node:test';\n{fakes}".encode(),
                "more.test.js": f"import {{ test }} from 'node:test';\n{fakes}".encode(),
                "package.json": b'{"type": "commonjs"}',
            }
        ),
        frozenset({"package.json"}),
    )
    assert set(grade(task, change, sandbox).tests.values()) == {"failed"}


def test_a_stub_that_passes_already_is_told(tmp_path: Path, sandbox: Sandbox) -> None:
    place = tmp_path / "python/exercises/practice/trail-mix"
    shutil.copytree(EXERCISES / "python/exercises/practice/trail-mix", place)
    shutil.copy(place / ".meta/example.py", place / "trail_mix.py")
    (task,) = Polyglot(tmp_path).tasks.values()
    assert doubt(task, sandbox) == "task python-trail-mix: is resolved by doing nothing"


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (
            {"files": {"solution": ["a.py"], "test": ["no_test.py"], "example": [".meta/example.py"]}},
            "'no_test.py' is",
        ),
        ({"files": {"solution": [], "test": ["x"], "example": ["y"]}}, "files.solution: List should have"),
        ({}, "files: Field required"),
    ],
)
def test_damaged_metadata_is_named(damage: object, told: str, tmp_path: Path) -> None:
    (tmp_path / ".meta").mkdir()
    (tmp_path / ".meta/config.json").write_text(json.dumps(damage))
    with pytest.raises(SuiteError, match=told):
        exercise("python", tmp_path)


def test_no_exercises() -> None:
    with pytest.raises(SuiteError, match="languages are python, javascript"):
        _ = Polyglot(Path(__file__).parent).tasks


def test_reports_are_untrusted() -> None:
    rust = b"test a ... ok\ntest b - should panic ... FAILED\nnoise\n"
    assert reports.rust_lines(Tree({"n.txt": rust}), b"", "n") == {"a": "passed", "b": "failed"}
    with pytest.raises(ReportError, match="twice"):
        reports.rust_lines(Tree({"n.txt": rust + b"test b ... ok\n"}), b"", "n")
    go = b'{"Action":"pass","Test":"TestA"}\n{"Action":"output"}\n{"Action":"fail","Test":"TestB"}\n'
    assert reports.go_json(Tree({"n.json": go}), b"", "n") == {"TestA": "passed", "TestB": "failed"}
    twice = b'<testsuites><testcase name="a"/><testcase name="a"><failure/></testcase></testsuites>'
    assert reports.junit(Tree({"x.xml": twice}), b"", "n") == {"a": "failed"}
    entity = b'<!DOCTYPE a [<!ENTITY b "c">]><testsuites/>'
    for bad in (entity, b"<a>", b"<a>" * 99):
        with pytest.raises(ReportError):
            reports.junit(Tree({"x.xml": bad}), b"", "n")
    jest = json.dumps({"testResults": [{"assertionResults": [{"title": "a", "status": "passed"}, 3]}, None]})
    assert reports.jest_json(Tree({"n.json": jest.encode()}), b"", "n") == {"a": "passed"}
    with pytest.raises(ReportError):
        reports.go_json(Tree({"n.json": b"no"}), b"", "n")


def test_jest_is_used_for_tests_that_are_written_for_it() -> None:
    tree = Tree({"a.spec.js": b"xtest('a', () => {});"})
    language = LANGUAGES["javascript"]
    assert (
        language.enabled("xtest('a'); describe.skip('b'); xdescribe('c')")
        == "test('a'); describe('b'); describe('c')"
    )
    assert "/node_modules/.bin/jest" in language.script("n", tree)
    assert list(language.canary("n", tree)) == ["canary-n.spec.js"]
