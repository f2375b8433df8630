"""What a run is set to do without: its own improvers, its archive, evidence of its own."""

import json
from pathlib import Path

import pytest

from archive.disk import DiskArchive
from archive.events import AgentId, Asked, Born, Scored
from dgm.assignments import unpack
from dgm.gateway import Allowance, Gateway, Unbounded
from dgm.jobs import Expand
from dgm.policy import POLICIES, Settings
from dgm.report.controls import controls
from dgm.report.facts import facts
from dgm.report.lineage_tree import lineage_tree
from dgm.run import launch
from dgm.search import Plan, Search
from dgm.session import Session, Terms
from sandbox.base import Limits
from sandbox.registry import open_sandbox
from sandbox.tree import Tree
from tests.run.mini import QUIET, Tinkerer, config, mini_parts
from tests.search.world import World, tasks
from tests.without_engine import BACKENDS_WITHOUT_ENGINE

ALL = ("ablation.improve=seed", "ablation.archive=latest", "evidence.shuffled=true")


def marking(word: str) -> Tree:
    manifest = '[commands]\nsolve = ["true"]\nimprove = ["sh", "improve.sh"]\n'
    script = f'pwd > "$DGM_OUT/summary.md"; echo {word} > "$DGM_AGENT/mark"\n'
    return Tree({"agent.toml": manifest.encode(), "improve.sh": script.encode()})


def test_another_agents_improve_rewrites_an_agent_and_is_left_as_it_is() -> None:
    terms = Terms(Limits(wall_seconds=60), Allowance(calls=1, tokens=1000))
    with open_sandbox("auto", backends=BACKENDS_WITHOUT_ENGINE) as box, Gateway() as gateway:
        session, parent = Session(box, gateway), marking("parent")
        marks = []
        for by in (None, marking("seed")):
            ran = session.improve(parent, Tree(), Tinkerer(), terms, Unbounded(), by)
            assert ran.after is not None
            assert ran.after["improve.sh"] == parent["improve.sh"]
            marks.append((ran.after["mark"].data, Path(ran.summary.strip()).name))
    assert marks == [(b"parent\n", "agent"), (b"seed\n", "improver")]


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_without_an_archive_only_the_latest_is_expanded(name: str) -> None:
    plan = Plan(evaluations=30, latest_only=True)
    search = Search(POLICIES[name](Settings()), tasks(4), tasks(2, "h"), plan, seed=1)
    world, expanded = World(search), 0
    while (ticket := search.ask()) is not None:
        if isinstance(ticket.job, Expand):
            expanded += 1
            assert ticket.job.parent == search.agents[-1]
        search.tell(world.end_of(ticket))
    assert expanded > 1


def test_a_run_is_recorded_and_reported_with_what_it_does_without(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert launch(folder, config(evaluations=10, more=ALL), QUIET, parts_of=mini_parts).reason == "done"
    known = facts(DiskArchive.read(folder))
    told = controls(known.archive, known.history)
    assert [line.partition(":")[0] for line in told] == [
        "no self-improvement",
        "no archive",
        "shuffled evidence",
    ]
    assert 'archive = "latest"' in (folder / "run.toml").read_text()
    assert lineage_tree(known).renderables
    measured, others = set[AgentId](), dict[int, set[AgentId]]()
    for entry in known.archive.entries():
        match entry.event:
            case Scored(agent=agent):
                measured.add(agent)
            case Asked(ticket=ticket, job="expand", parents=parents):
                others[ticket] = measured - set(parents)
            case Born(ticket=ticket, evidence=digest, parents=parents) if digest is not None:
                read = json.loads(unpack(known.archive.blob(digest))["scores.json"].data)["agent"]
                assert read in (others[ticket] or set(parents))
    assert any(others[born.ticket] for born in known.history.born.values() if born.parents)
