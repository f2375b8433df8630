"""`dgm export predictions`: what is written is what was graded, and applies by git's own means."""

import json
from pathlib import Path

import pytest

from archive.disk import DiskArchive
from benchmarks.kata.suite import Kata
from benchmarks.swe.predictions import graded_part, prediction
from dgm.history import History
from sandbox.tree import Change, Tree
from tests.cli.command import complaint, dgm
from tests.docs.few import small_run
from tests.solve.own_repository import git


@pytest.mark.slow
def test_each_first_attempt_is_a_patch(tmp_path: Path) -> None:
    run, to = tmp_path / "001", tmp_path / "preds.jsonl"
    small_run(run)
    done = dgm("export", "predictions", run, "0", "--to", to, "--json")
    told = json.loads(done.stdout)
    assert (told["model"], told["left_out"]) == ("dgm-001-0", {}), done.stderr

    archive = DiskArchive.read(run)
    history = History(entry.event for entry in archive.entries())
    seed = next(iter(history.born))
    lines = [json.loads(line) for line in to.read_text().splitlines()]
    scores = {**history.scores(seed, "search"), **history.scores(seed, "held_out")}
    assert [line["instance_id"] for line in lines] == list(scores)
    assert any(line["model_patch"] for line in lines)
    for number, line in enumerate(lines):
        task = Kata().tasks[line["instance_id"]]
        kept = graded_part(task, Change.from_bytes(archive.blob(scores[line["instance_id"]].patch)))
        place = tmp_path / str(number)
        task.repository.write_to(place)
        if line["model_patch"]:
            (tmp_path / "model.patch").write_text(line["model_patch"])
            git(place, "apply", str(tmp_path / "model.patch"))
        assert Tree.from_folder(place) == kept.applied_to(task.repository)


def test_what_decides_how_tests_run_is_no_part_of_it() -> None:
    task = next(iter(Kata().tasks.values()))
    change = Change(Tree({"conftest.py": b"cheat = 1\n", "new.py": b"a = 1\n"}), frozenset())
    assert b"new.py" in prediction(task, change)
    assert b"conftest" not in prediction(task, change)


def test_an_unknown_split_is_told(tmp_path: Path) -> None:
    done = dgm("export", "predictions", tmp_path, "--to", tmp_path / "preds.jsonl", "--split", "bogus")
    assert complaint(done, 2) == "dgm: --split bogus: expected one of search, held_out, sealed\n"
    assert not (tmp_path / "preds.jsonl").exists()


def test_it_is_a_file_of_lines(tmp_path: Path) -> None:
    done = dgm("export", "predictions", tmp_path, "--to", "preds.json")
    assert complaint(done, 2) == "dgm: --to preds.json: allowed: a .jsonl file, as `swebench eval` reads it\n"
