"""Merges in whole runs: by git, and by an agent where git leaves a conflict; killed, checked and replayed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.check import problems
from archive.disk import DiskArchive
from archive.events import AgentId, Asked, Born, Event, Started, TaskId
from archive.three_way import three_way
from dgm.assignments import unpack
from dgm.gateway import Gateway
from dgm.givens import recorded_config
from dgm.merges import Begun
from dgm.replay import Replayer
from dgm.report.facts import Facts, facts, row
from dgm.report.log import log_rows
from dgm.report.ticket import ticket_facts
from dgm.run import OpenParts
from dgm.session import Session
from sandbox.registry import open_sandbox
from sandbox.tree import Tree
from tests.cli.command import dgm
from tests.run.learners import SETTINGS, LearnersSuite, apart, rivals
from tests.run.mini import carry_on
from tests.run.test_run import ends
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

ROOT = Path(__file__).resolve().parents[2]
MERGE = 21
"""Its ticket: after the seed agent's 6 attempts, two children, and 6 attempts of each."""


def played(folder: Path, parts: OpenParts) -> Path:
    assert carry_on(folder, more=SETTINGS, parts_of=parts).reason == "done"
    return folder


@pytest.fixture(scope="module")
def by_git(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("apart") / "run", apart)


@pytest.fixture(scope="module")
def by_agent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("rivals") / "run", rivals)


def known(folder: Path) -> tuple[Facts, Born]:
    read = facts(DiskArchive.read(folder))
    (born,) = (each for each in read.history.born.values() if each.ticket == MERGE)
    return read, born


def test_git_merges_what_two_agents_learnt_apart(by_git: Path) -> None:
    run, born = known(by_git)
    first, second = (run.history.born[parent] for parent in born.parents)
    assert (first.ordinal, second.ordinal) == (7, 14)
    assert (born.usage.calls, born.evidence) == (0, None)
    tree = run.archive.tree(born.agent)
    assert [tree.text(f"knows-{n}.txt") for n in (0, 1)] == ["0\n", "1\n"]
    scores = {agent: row(run, agent) for agent in (*born.parents, born.agent)}
    assert [each["resolved"] for each in scores.values()] == [1, 1, 2]
    assert scores[born.parents[1]]["clade_resolved"] == 3
    # One of its own; its children's, each once; the merge's, which descends from both, once.
    assert row(run, run.history.started and next(iter(run.history.born)))["clade_resolved"] == 2 + 1 + 1 + 2
    assert problems(by_git) == []


def test_an_agent_finishes_what_git_could_not_merge(by_agent: Path) -> None:
    run, born = known(by_agent)
    assert born.usage.calls == 2
    assert run.archive.tree(born.agent).text("knows-0.txt") == "0\n1\n"
    assert row(run, born.agent)["resolved"] == 2
    assert born.flags == ()
    assert born.evidence is not None
    told = unpack(run.archive.blob(born.evidence))
    assert "<<<<<<< one\n0\n=======\n1\n>>>>>>> other" in told.text("merge/conflicts.txt")
    assert "+++ b/knows-0.txt" in told.text("merge/patch.diff")
    assert born.parents[1] in told.text("merge/about.json")
    assert "A merge to be finished" in told.text("suggestions.md")
    assert problems(by_agent) == []


def test_the_commit_has_both_parents_and_people_see_them(by_git: Path) -> None:
    run, born = known(by_git)
    words = ["git", f"--git-dir={by_git}/agents.git", "log", "-1", "--format=%P", f"refs/agents/{MERGE}"]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.split() == [*born.parents]
    drawn = dgm("tree", by_git).stdout
    assert drawn.count(f"#{MERGE} ") == 1
    assert "merged with #14" in " ".join(drawn.split())
    assert all(parent[:10] in dgm("show", by_git, MERGE).stdout for parent in born.parents)
    why = " ".join(dgm("why", by_git, MERGE).stdout.split())
    assert "agents #7 (" in why
    assert "chance made a merge of it" in why
    assert ticket_facts(run, MERGE)["other"] == {}
    said = [each["what"] for each in log_rows(run, born.agent, frozenset({"asked", "born"}))]
    assert f"#{MERGE} from #7 and #14: Merge of #7 and #14" in said
    assert "#7 and #14 to be merged" in [
        each["what"] for each in log_rows(run, born.parents[1], frozenset({"asked"}))
    ]


@pytest.mark.parametrize(("text", "fault"), [(b"theirs\n", None), (b"b\n", "not what git makes")])
def test_a_merge_that_git_would_not_make_again_is_named(
    tmp_path: Path, text: bytes, fault: str | None
) -> None:
    with DiskArchive.create(tmp_path / "run", epoch=0) as archive:
        agents = list[AgentId]()
        changes = [{}, {"a": b"ours\n"}, {"b": b"theirs\n"}, {"a": b"ours\n", "b": text}]
        archive.record(Started("run", 0, 0, archive.put(b""), "mini", "0" * 64, {}))
        for number, change in enumerate(changes):
            parents = (tuple(agents[1:]) if number == 3 else tuple(agents[:1])) if number else ()
            job: Any = "merge" if number == 3 else "expand"
            if number:
                archive.record(Asked(number, job, "search", 0, {}, parents=parents))
            tree = Tree({"a": b"a\n", "b": b"b\n"}).overlaid(change)
            agents.append(archive.commit(number, parents, tree, "an agent", number))
            archive.record(Born(number, agents[-1], number, parents, tree.hash, archive.put(b"summary")))
    told = "; ".join(map(str, problems(tmp_path / "run")))
    assert told == "" if fault is None else fault in told


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE) as sandbox, Gateway() as gateway:
        yield Session(sandbox, gateway)


def test_what_was_merged_replays(by_git: Path, session: Session) -> None:
    run, born = known(by_git)
    tasks = {TaskId(name): each for name, each in LearnersSuite().tasks.items()}
    config = recorded_config(by_git, run.archive)
    replayer = Replayer(by_git, run.archive, run.history, config, tasks, session)
    told = list(replayer.replay(replayer.evaluations(born.agent)))
    assert len(told) >= 6
    assert {each.fidelity for each in told} <= {"exact", "equal after normalisation"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["by_git", "by_agent"])
def test_a_kill_while_agents_are_merged_costs_nothing(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    whole, folder = request.getfixturevalue(kind), tmp_path / "run"
    program = (
        f"from tests.run.learners import apart, rivals; from tests.run.mini import main; main({PARTS[kind]})"
    )

    def go_on(count: int, boundary: str) -> int:
        words = [sys.executable, "-c", program, str(folder), "1", str(count), boundary, *SETTINGS]
        return subprocess.run(words, cwd=ROOT, capture_output=True, timeout=240, check=False).returncode

    assert go_on(MERGE, "asked:after-fsync") == -signal.SIGKILL
    seams = ["called:after-fsync"] * (kind == "by_agent")
    for seam in (*seams, "objects:before", "objects:after", "ref:after", "born:before-write"):
        assert go_on(1, seam) == -signal.SIGKILL
        assert not any(isinstance(e, Born) and e.ticket == MERGE for e in journal(folder))
    assert go_on(1, "born:after-fsync") == -signal.SIGKILL
    assert go_on(0, "any") == 0
    assert ends(folder) == ends(whole)
    assert problems(folder) == []
    asked = [[e for e in journal(each) if isinstance(e, Asked)] for each in (folder, whole)]
    assert asked[0] == asked[1]


PARTS = {"by_git": "apart", "by_agent": "rivals"}


def journal(folder: Path) -> list[Event]:
    return [entry.event for entry in DiskArchive.read(folder).entries()]


def test_a_child_that_leaves_the_conflict_or_its_markers_is_no_merge() -> None:
    base = Tree({"a": b"x = f()\n", "b": b"two\n"})
    parent, other = (
        base.overlaid({"a": b"x = f(a=1)\n"}),
        base.overlaid({"a": b"x = f(b=2)\n", "c": b"new\n"}),
    )
    merged = three_way(base, parent, other)
    begun = Begun(merged.tree, frozenset(each.path for each in merged.conflicts))
    left = "merge: what was in conflict was left as it was"
    assert begun.objection(merged.tree) == left
    assert begun.objection(merged.tree.overlaid({"b": b"more\n"})) == left
    (conflict,) = merged.conflicts
    assert begun.objection(merged.tree.overlaid({"a": conflict.text.encode()})) == (
        "merge: conflict markers are left in a"
    )
    assert begun.objection(merged.tree.overlaid({"a": b"x = f(a=1, b=2)\n"})) is None
