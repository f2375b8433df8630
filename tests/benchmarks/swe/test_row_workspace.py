"""What an agent finds in the image of a row: its repository, and nothing of what came later."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.grade import grade
from benchmarks.swe.suite import Rows
from benchmarks.task import SuiteError, Task
from dgm.gateway import Allowance, Gateway, Unbounded
from dgm.models.offline import Offline
from dgm.session import Session, Terms
from dgm.worker import work
from sandbox.base import Limits, Sandbox
from sandbox.tree import Tree
from tests.benchmarks.swe.toy_rows import BEFORE, GOOD_CLOCK, Toy

pytestmark = pytest.mark.docker

TERMS = Terms(Limits(wall_seconds=60), Allowance(calls=4, tokens=1000))
MANIFEST = b'[commands]\nsolve = ["python3", "agent.py"]\nimprove = ["python3", "agent.py"]\n'
AGENT = """
import json, os, subprocess, sys
os.chdir(os.environ["DGM_WORKSPACE"])
git = lambda *words: subprocess.run(["git", *words], capture_output=True, text=True).stdout.split()
told = {
    "here": os.getcwd(),
    "commits": git("log", "--all", "--reflog", "--format=%H"),
    "objects": [word for word in git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")],
    "refs": git("for-each-ref", "--format=%(refname)"),
    "remotes": git("remote"),
    "status": git("status", "--porcelain"),
    "passes": subprocess.run(["python", "-m", "pytest", "-q", "tests"]).returncode == 0,
    "seen": subprocess.run(
        ["grep", "-rlE", "a hint that gives|test_noon|test_share|int\\(hours\\) % 12", "/testbed", "/task",
         "/packed", "/agent/task", "/tmp", "/out"], capture_output=True, text=True).stdout.split(),
}
with open("shop/clock.py") as file:
    text = file.read()
with open("shop/clock.py", "w") as file:
    file.write(text.replace("int(hours) * 60", "int(hours) " + chr(37) + " 12 * 60"))
with open("build/more.bin", "w") as file:
    file.write("by-product")
with open("found.json", "w") as file:
    json.dump(told, file)
"""


@pytest.fixture(scope="module")
def clock(toys: Toy, engine_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Task:
    file = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    # A row of its own: what other tests prepared is kept for this process.
    file.write_text(json.dumps(toys.row("clock", "toy__workspace-1")) + "\n")
    suite = Rows(file)
    with pytest.raises(SuiteError, match="dgm tasks prepare swebench:"):
        _ = suite.tasks
    suite.prepare(engine_sandbox, lambda _: None)
    return suite.tasks["toy__workspace-1"]


def test_an_agent_works_in_the_image_and_sees_nothing_later(
    clock: Task, toys: Toy, engine_sandbox: Sandbox
) -> None:
    agent = Tree({"agent.toml": MANIFEST, "agent.py": AGENT.encode()})
    with Gateway() as gateway:
        ran = Session(engine_sandbox, gateway).solve(
            agent,
            clock.repository,
            clock.issue,
            {"id": clock.id},
            Offline(),
            TERMS,
            Unbounded(),
            clock.housed,
        )
    assert ran.exit.succeeded, ran.exit.output
    assert ran.after is not None
    assert ran.breaches == ()
    told = json.loads(ran.after.text("found.json"))
    assert told["commits"] == [toys.base]
    assert toys.later not in told["objects"]
    # of the base commit alone: one commit, its trees and its files
    assert len(told["objects"]) == 1 + len(
        {BEFORE.hash, BEFORE.under("shop").hash, BEFORE.under("tests").hash}
    ) + len({file.data for file in BEFORE.values()})
    assert (told["refs"], told["remotes"], told["seen"]) == (["refs/heads/main"], [], [])
    assert told["here"] == "/testbed"
    assert told["passes"]
    assert told["status"] == []

    done = work(clock.repository, ran.after)
    assert done.paths == {"shop/clock.py", "found.json"}, "what git ignored before is no work"
    assert done.written.text("shop/clock.py") == GOOD_CLOCK
    assert grade(clock, done, engine_sandbox).verdict == "resolved"


def test_a_task_says_by_which_image_it_is_judged(clock: Task) -> None:
    assert clock.housed is not None
    assert clock.housed.image.startswith("sha256:")
    other = replace(clock, housed=replace(clock.housed, image="sha256:other"))
    assert other.digest != clock.digest
    assert clock.repository == BEFORE
    assert "hint" not in clock.issue


@pytest.mark.parametrize(
    ("spoil", "registry", "said"),
    [
        ({"base_commit": "0" * 40}, None, "has no commit"),
        ({"image": "nothing/here:latest"}, "127.0.0.1:1", "127.0.0.1:1/nothing/here"),
    ],
)
def test_an_image_that_is_not_what_a_row_says_is_named(
    spoil: dict[str, str], registry: str | None, said: str, toys: Toy, engine_sandbox: Sandbox, tmp_path: Path
) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({**toys.row("clock"), **spoil}) + "\n")
    with pytest.raises(Exception, match=said) as failed:
        Rows(file).prepare(engine_sandbox, lambda _: None, registry)
    assert "\n" not in str(failed.value)
