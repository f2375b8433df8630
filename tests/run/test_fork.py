"""A run that starts from an agent of another."""

from pathlib import Path

import pytest

from archive.check import problems
from archive.disk import DiskArchive
from dgm.config import ConfigError
from dgm.givens import RUN_TOML
from dgm.report.facts import facts
from dgm.run import fork, launch, resume
from dgm.run_toml import read
from tests.run.mini import QUIET, config, mini_parts


def test_the_seed_agent_is_the_agent_forked_from_and_the_origin_is_told(tmp_path: Path) -> None:
    origin, other = tmp_path / "origin", tmp_path / "other"
    assert launch(origin, config(evaluations=2), QUIET, parts_of=mini_parts).reason == "done"
    before = (origin / "journal.jsonl").read_bytes()
    run = facts(DiskArchive.read(origin))
    child = list(run.history.born)[-1]
    assert child not in run.archive.lineage.roots
    few = ["budget.evaluations=0", "budget.expansions=1"]
    outcome = fork(origin, child[:10], other, few, QUIET, parts_of=mini_parts)
    assert outcome.reason == "done"
    forked = facts(DiskArchive.read(other))
    (root,) = forked.archive.lineage.roots
    assert forked.history.born[root].tree == run.history.born[child].tree
    assert forked.archive.tree(root) == run.archive.tree(child)
    now, was = read(other / RUN_TOML), read(origin / RUN_TOML)
    assert now.forked_from is not None
    assert (now.forked_from.run, now.forked_from.agent) == (str(origin), child)
    assert now.model_copy(update={"forked_from": None, "budget": was.budget}) == was
    assert problems(other) == []
    assert (origin / "journal.jsonl").read_bytes() == before
    origin.rename(tmp_path / "elsewhere")
    assert resume(other, [], QUIET, parts_of=mini_parts).reason == "done"


def test_an_origin_that_is_gone_is_named(tmp_path: Path) -> None:
    origin = ["forked_from.run=nowhere", f"forked_from.agent={'a' * 40}"]
    with pytest.raises(ConfigError, match="forked_from: nowhere: no run here"):
        launch(tmp_path / "new", read(None, origin), QUIET, parts_of=mini_parts)
    assert not (tmp_path / "new").exists()
