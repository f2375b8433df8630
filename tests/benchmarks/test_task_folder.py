"""Tasks as folders: what is written is read again, and what is damaged is named."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import plain_yaml
from benchmarks.folder import read_task, row
from benchmarks.folder_suite import FolderSuite, add_task
from benchmarks.notes import Aside, Drawn, Notebook, Notes
from benchmarks.patches import PatchError, applied, patch_of
from benchmarks.registry import open_suite
from benchmarks.task import SuiteError, Task, content
from sandbox.tree import Change, File, Tree

BEFORE = Tree(
    {"a.py": b"one\ntwo\nthree\n", "old.py": b"gone", "tests/test_a.py": b"def test_a():\n    pass\n"}
)
TASK = Task(
    id="toy-1",
    split="held_out",
    issue="# It is wrong\n\nBadly: \u00e4.\n",
    repository=BEFORE,
    gold=Change(
        Tree({"a.py": b"one\n2\nthree", "b c.py": File(b"new\n", executable=True)}), frozenset({"old.py"})
    ),
    hidden=Tree({"tests/test_a.py": b"def test_a():\n    assert 1\n", "tests/data.bin": b"\0\1"}),
    fail_to_pass=("tests/test_a.py::test_a[x y]",),
    pass_to_pass=(),
    traps=(Change(Tree({"conftest.py": b"import os\n"}), frozenset()),),
    labels={"repo": "me/toy", "difficulty": "hard", "kind": "comparison"},
)


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    add_task(tmp_path / "mine", TASK)
    return tmp_path / "mine"


def test_what_is_written_is_read_again(suite: Path) -> None:
    (again,) = open_suite(str(suite)).tasks.values()
    assert again == TASK
    assert again.digest == TASK.digest
    assert again.labels == {**TASK.labels, "base_commit": BEFORE.hash}
    with pytest.raises(SuiteError, match="is there already"):
        add_task(suite, TASK)


@pytest.mark.parametrize("name", ["kata"])
def test_every_suite_can_be_written(name: str, tmp_path: Path) -> None:
    tasks = open_suite(name).tasks
    for task in tasks.values():
        add_task(tmp_path, task)
    assert {name: task.digest for name, task in FolderSuite(tmp_path).tasks.items()} == {
        name: task.digest for name, task in tasks.items()
    }


def test_a_row_holds_what_swebench_needs(suite: Path) -> None:
    told = row(suite / "tasks" / "toy-1")
    needed = {
        "instance_id",
        "image",
        "repo",
        "version",
        "FAIL_TO_PASS",
        "PASS_TO_PASS",
        "log_parser",
        "eval_type",
    }
    assert set(told) >= needed | {"eval_script", "problem_statement", "patch", "test_patch", "hints_text"}
    assert told["FAIL_TO_PASS"] == list(TASK.fail_to_pass)
    assert ">>>>> Start Test Output" in told["eval_script"]


def test_yaml_as_pyyaml_writes_it_is_read() -> None:
    text = """\
# a task
base_commit: 0123abc
created_at: '2021-03-04T00:00:00Z'
datasets:
- a/b
- c/d
image_assets:
  patch:
  - path: x.png
    url: "one
      two \\x41"
note: word word
  and more
problem: |
  a: b

    # c
version: '1.0'
year: 2021
none:
"""
    assert plain_yaml.loads(text) == {
        "base_commit": "0123abc",
        "created_at": "2021-03-04T00:00:00Z",
        "datasets": ["a/b", "c/d"],
        "image_assets": {"patch": [{"path": "x.png", "url": "one two A"}]},
        "note": "word word and more",
        "problem": "a: b\n\n  # c\n",
        "version": "1.0",
        "year": 2021,
        "none": None,
    }


@pytest.mark.parametrize(
    "text", ["a: &x 1\nb: *x\n", "a: !!python/object:os.system x\n", "a: [b, c]\n", "a: 1\na: 2\n"]
)
def test_more_of_yaml_is_refused(text: str) -> None:
    with pytest.raises(plain_yaml.YamlError, match="line "):
        plain_yaml.loads(text)


def put(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text)


def swap(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text((folder / name).read_text().replace(old, new))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (
            swap("task.yaml", "toy-1", "toy-2"),
            "task.yaml: instance_id: 'toy-2', but its folder is called 'toy-1'",
        ),
        (
            swap("task.yaml", "eval_type: ", "eval_typ: "),
            "task.yaml: eval_typ: unknown key; did you mean 'eval_type'",
        ),
        (
            swap("task.yaml", "pass_and_fail", "some"),
            "task.yaml: eval_type: Input should be 'pass_and_fail' or",
        ),
        (swap("task.yaml", "  tree", "  trees"), "task.yaml: dgm.trees: unknown key; allowed: tree, "),
        (swap("task.yaml", BEFORE.hash, "0" * 40), "repository.tar.gz: its tree is"),
        (put("task.yaml", "a: b: c\n"), "task.yaml: line 1"),
        (put("tests.json", "{}"), "tests.json: FAIL_TO_PASS: Field required"),
        (put("gold.patch", ""), "gold.patch: changes nothing"),
        (swap("gold.patch", "-two", "-zwei"), "gold.patch: a.py: the hunk at line 1 does not fit"),
        (put("test.patch", "diff --git a/x b/x\nGIT binary patch\n"), "test.patch: x: a binary change"),
        (lambda folder: (folder / "repository.tar.gz").write_bytes(b"no"), "the repository can't be read"),
        (lambda folder: (folder / "repository.tar.gz").unlink(), "holds neither repository.tar.gz nor"),
        (lambda folder: (folder / "problem_statement.md").unlink(), "problem_statement.md: can't be read"),
    ],
)
def test_damage_is_named(suite: Path, damage: Callable[[Path], object], told: str) -> None:
    folder = suite / "tasks" / "toy-1"
    damage(folder)
    with pytest.raises(SuiteError) as caught:
        read_task(folder)
    assert str(folder) in str(caught.value)
    assert told in str(caught.value)


def test_notes_choose_split_and_set_aside(suite: Path) -> None:
    add_task(suite, replace(TASK, id="toy-2"))
    book = Notebook(suite)
    aside = {"toy-2": Aside(content=content(replace(TASK, id="toy-2")), reason="flaky")}
    book.write(
        Notes(splits=Drawn(seed=1, shares={"search": 1.0}, tasks={"toy-1": "search"}), set_aside=aside)
    )
    assert [task.id for task in FolderSuite(suite).split("search")] == ["toy-1"]
    assert set(FolderSuite(suite).everything) == {"toy-1", "toy-2"}
    assert set(FolderSuite(suite).tasks) == {"toy-1"}
    (suite / "tasks" / "toy-2" / "problem_statement.md").write_text("another text")
    assert set(FolderSuite(suite).tasks) == {"toy-1", "toy-2"}


GIT_PATCH = rb"""diff --git a/a.py b/moved.py
similarity index 50%
rename from a.py
rename to moved.py
--- a/a.py
+++ b/moved.py
@@ -2,2 +2,3 @@ def f():
 two
-three
+III
+four
diff --git "a/\303\244.py" "b/\303\244.py"
new file mode 100755
index 0000000..e69de29
diff --git a/old.py b/old.py
deleted file mode 100644
--- a/old.py
+++ /dev/null
@@ -1 +0,0 @@
-gone
\ No newline at end of file
"""


def test_a_patch_of_gits() -> None:
    change = applied(GIT_PATCH, BEFORE)
    assert change.deleted == {"a.py", "old.py"}
    assert change.written["moved.py"].data == b"one\ntwo\nIII\nfour\n"
    assert change.written["\u00e4.py"] == File(b"", executable=True)


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        (b"--- a/no.py\n+++ b/no.py\n@@ -1 +1 @@\n-x\n+y\n", "no.py: is not there"),
        (b"--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+y\n", "a.py: is to be made"),
        (b"--- a/a.py\n+++ b/a.py\n@@ -1,9 +1,9 @@\n one\n", "cut short"),
        (b"--- a/a.py\n+++ b/../x\n@@ -1 +1 @@\n-one\n+y\n", "'..' part"),
        (
            b"diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n",
            "mode 120000",
        ),
    ],
)
def test_a_patch_that_does_not_fit(patch: bytes, told: str) -> None:
    with pytest.raises(PatchError, match=told):
        applied(patch, BEFORE)


def test_a_binary_change_is_no_patch() -> None:
    with pytest.raises(PatchError):
        patch_of(BEFORE, Change(Tree({"x": b"\0"}), frozenset()))
