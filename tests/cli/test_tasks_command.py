"""`dgm tasks` as a user runs it: from a plain folder with tests to tasks verified, split and exported."""

import json
from pathlib import Path

import pytest

from benchmarks.notes import Notebook
from benchmarks.registry import open_suite
from tests.benchmarks.test_inject import TOY
from tests.cli.command import complaint, dgm


@pytest.mark.slow
def test_from_a_folder_to_rows(tmp_path: Path) -> None:
    repo, suite, rows = tmp_path / "toy", tmp_path / "mine", tmp_path / "rows.jsonl"
    TOY.write_to(repo)
    done = dgm("tasks", "make", "inject", "--repo", repo, "--count", 2, "--seed", 3, "--to", suite, "--json")
    made = json.loads(done.stdout)
    assert (done.returncode, made["tasks"]) == (0, ["toy-01", "toy-02"]), done.stderr
    assert "[1/2] toy-01: " in done.stderr

    split = dgm("tasks", "split", suite, "--seed", 4, "--json")
    assert json.loads(split.stdout)["counts"] == {"search": 1, "held_out": 1}

    place = suite / "tasks" / "toy-02"
    (place / "traps").mkdir()
    (place / "traps" / "01.patch").write_bytes((place / "gold.patch").read_bytes())
    verified = dgm("tasks", "verify", suite)
    assert verified.returncode == 1
    assert verified.stdout == "1 of 2 tasks hold\n"
    assert "toy-02: task toy-02: trap 1 is resolved" in verified.stderr
    assert "toy-01: holds (known)" in dgm("tasks", "verify", suite).stderr
    assert list(open_suite(str(suite)).tasks) == ["toy-01"]
    listed = json.loads(dgm("tasks", "list", suite, "--json").stdout)
    assert listed["set_aside"] == {"toy-02": "task toy-02: trap 1 is resolved"}
    kept = Notebook(suite).read()
    assert kept.splits is not None
    assert kept.splits.seed == 4

    assert dgm("tasks", "export", suite, "--to", rows).returncode == 0
    (row,) = map(json.loads, rows.read_text().splitlines())
    assert row["instance_id"] == "toy-01"
    assert {"image", "eval_script", "log_parser", "patch", "test_patch", "FAIL_TO_PASS"} <= set(row)


def test_a_task_is_shown_with_escapes_visible(tmp_path: Path) -> None:
    assert dgm("tasks", "import", "kata", "--to", tmp_path).returncode == 0
    place = tmp_path / "tasks" / "daybook-exact-fit"
    (place / "problem_statement.md").write_text("# Red \x1b[31m\n")
    shown = dgm("tasks", "show", tmp_path, "daybook-exact-fit", "--patch").stdout
    assert "# Red \\x1b[31m" in shown
    assert "FAIL_TO_PASS: tests/" in shown
    assert "diff --git a/" in shown
    assert len(json.loads(dgm("tasks", "list", tmp_path, "--json").stdout)["tasks"]) == 96


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["list", "nope"], "suite 'nope' is unknown; allowed: kata, sealed, folder:PATH, polyglot:PATH"),
        (["list", "./nowhere"], "no folder tasks/ in it"),
        (["list", "kata", "--split", "test"], "--split test: unknown; allowed: search, held_out, sealed"),
        (["show", "kata", "nope"], "no task 'nope'"),
        (["split", "kata"], "its splits are fixed"),
        (["import", "rows.jsonl", "--to", "x"], "give --repo"),
        (["export", "kata", "--to", "rows"], "allowed: a .jsonl file"),
        (["make", "from-releases", "toy", "1.0", "--to", "x"], "expected two versions or more"),
        (["verify", "kata", "--sandbox", "jail"], "jail"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(words: list[str], told: str) -> None:
    assert told in complaint(dgm("tasks", *words), 2)


def test_no_repository(tmp_path: Path) -> None:
    made = dgm("tasks", "make", "from-history", "--repo", tmp_path / "no", "--to", tmp_path / "to")
    assert "no such folder" in complaint(made, 1)
    assert not (tmp_path / "to").exists()
