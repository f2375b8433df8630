"""The agent that `docs/your-own-agent.md` shows solves, rewrites itself, and its child is admitted."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.grade import grade
from dgm.admission import Rules, objection, trial
from dgm.gateway import Allowance, Gateway, Unbounded
from dgm.models.offline import Offline
from dgm.session import Session, Terms
from dgm.worker import work
from sandbox.base import Limits
from sandbox.registry import open_sandbox
from sandbox.tree import Tree
from tests.docs.blocks import blocks
from tests.docs.few import Few

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/your-own-agent.md"
TERMS = Terms(Limits(wall_seconds=60), Allowance(calls=40, tokens=2_000_000))


@pytest.fixture
def agent(tmp_path: Path) -> Tree:
    """As the document's own commands write it."""
    (block,) = [block for block in blocks(DOCUMENT) if "my-agent/agent.py" in block.text]
    commands = "".join(line for line in block.text.splitlines(True) if not line.startswith("dgm "))
    subprocess.run(["bash", "-euc", commands], cwd=tmp_path, check=True, timeout=60)
    return Tree.from_folder(tmp_path / "my-agent")


@pytest.fixture
def session() -> Iterator[Session]:
    with open_sandbox("auto") as sandbox, Gateway() as gateway:
        yield Session(sandbox, gateway)


def test_it_solves(agent: Tree, session: Session) -> None:
    task = Few().tasks["daybook-back-to-back"]
    ran = session.solve(agent, task.repository, task.issue, {"id": task.id}, Offline(), TERMS, Unbounded())
    assert ran.exit.succeeded, ran.exit.output
    assert grade(task, work(task.repository, ran.after), session.sandbox).verdict == "resolved"


def test_it_rewrites_itself_and_the_child_is_admitted(agent: Tree, session: Session) -> None:
    evidence = Tree({"scores.json": b"{}", "earlier.json": b"[]", "tasks/a/verdict.json": b"{}"})
    for seed in range(5):  # An edit that was drawn may not suit this source, and is put back.
        terms = replace(TERMS, seed=seed)
        ran = session.improve(agent, evidence, Offline(), terms, Unbounded())
        assert ran.exit.succeeded, ran.exit.output
        assert ran.after is not None
        child = work(agent, ran.after).applied_to(agent)
        if child != agent:
            break
    assert ran.summary.count("\n") >= 2
    assert objection(child, ran.breaches, {agent.hash}, Rules()) is None
    assert trial(child, session) is None
