"""The mini-swe-agent example evolves: its image by digest, its calls over the bridge, its children.

The image is kept under the example's name and built where its recipe's digest is not there yet.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from archive.disk import DiskArchive
from benchmarks.task import Task
from dgm.cli.images import show
from dgm.config import Config
from dgm.gateway import Gateway
from dgm.givens import AGENT_IMAGE
from dgm.manifest import read_manifest
from dgm.models.base import ChatReply, ChatRequest
from dgm.models.scripted import Say, Scripted, Shell
from dgm.report.facts import facts
from dgm.run import Parts, launch
from dgm.run_toml import read
from dgm.session import Session
from dgm.worker import Worker
from sandbox.engine import Engine
from sandbox.images.outfit import build_outfit
from sandbox.images.recipe import current
from sandbox.registry import open_sandbox
from sandbox.tree import Tree
from tests.run.mini import QUIET, MiniSuite, task

pytestmark = [pytest.mark.docker, pytest.mark.slow]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/mini_swe_agent"
AGENT = Tree.from_folder(EXAMPLE / "agent")
SUBMIT = "COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"


class TwoTasks(MiniSuite):
    """One to search with, one held out."""

    @property
    def tasks(self) -> Mapping[str, Task]:
        return {each.id: each for each in (task(0, "search"), task(1, "held_out"))}


class Tuner:
    """Mends what it is shown; improves by another limit in config.yaml, drawn from the evidence it reads."""

    name = "tuner"

    def complete(self, request: ChatRequest) -> ChatReply:
        if request.model == "solve":
            lines = [Shell("sed -i 's/a - b/a + b/' sums.py"), Shell(f"echo {SUBMIT}")]
            return Scripted([*lines, Say("Done.")]).complete(request)
        user = next(message.content or "" for message in request.messages if message.role == "user")
        steps = 100 + int(hashlib.sha256(user.encode()).hexdigest()[:8], 16) % 10_000
        change = Shell(f"sed -i 's/step_limit: .*/step_limit: {steps}/' config.yaml")
        told = Shell(f"printf '{SUBMIT}\\nAllow {steps} steps\\n\\nSome tasks take more.\\n'")
        return Scripted([change, told, Say("Done.")]).complete(request)


@contextmanager
def parts(config: Config, notice: Callable[[str], None]) -> Iterator[Parts]:
    models = dict.fromkeys(config.model.names, Tuner())
    with open_sandbox("docker", notice=notice) as sandbox, Gateway() as gateway:
        yield Parts(TwoTasks(), sandbox, gateway, Worker(Session(sandbox, gateway), models))


@pytest.fixture(scope="module")
def image() -> str:
    """Digest of the image that the example's agent.toml names."""
    name = read_manifest(AGENT).image
    assert name is not None
    with closing(Engine()) as engine:
        return build_outfit(engine, EXAMPLE / "requirements.txt", name, print)


def test_the_image_is_listed_with_what_it_stands_on(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert show(as_json=True) == 0
    listed = {each["image"]: each for each in json.loads(capsys.readouterr().out)}
    name = read_manifest(AGENT).image
    assert f"{name}:latest" in listed[image]["tags"]
    assert (listed[image]["base"], listed[image]["current"]) == (current(), True)
    assert [each["base"] for each in listed.values() if current() in each["tags"]] == [None]


def test_three_children_are_born_and_scored(image: str, tmp_path: Path) -> None:
    sets = ["workers=2", "budget.evaluations=3", "budget.expansions=3", "search.initial_expansions=3"]
    settings = read(None, [*sets, f'seed_agent="{EXAMPLE / "agent"}"'])
    outcome = launch(tmp_path / "run", settings, QUIET, parts_of=parts)
    assert outcome.reason == "done"
    history = outcome.history
    assert history.started is not None
    assert history.started.versions[AGENT_IMAGE] == image
    assert [rejected.reason for rejected in history.rejected.values()] == []
    assert not history.failed
    assert len(history.born) == 4
    assert {scored.verdict for scored in history.scored.values()} == {"resolved"}
    known = facts(DiskArchive.read(tmp_path / "run"))
    for child in list(history.born)[1:]:
        title = known.summary(child).splitlines()[0]
        assert f"step_limit: {title.split()[1]}\n" in known.archive.tree(child).text("config.yaml")
        assert read_manifest(known.archive.tree(child)) == read_manifest(AGENT)
