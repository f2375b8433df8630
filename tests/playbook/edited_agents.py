"""Agents edited by entries of the playbook, and their functions called as the model's words would call them.

An agent's code runs in processes of its own, never in the test's.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.random import PCG64, Generator

from dgm.models.base import Tool
from dgm.playbook import PLAYBOOK

_SEED_AGENT = Path(__file__).parents[2] / "seed_agent"
SEED = {path.relative_to(_SEED_AGENT).as_posix(): path.read_text() for path in _SEED_AGENT.rglob("*.py")}
BY_NAME = {entry.name: entry for entry in PLAYBOOK}
# The conversation's own `use` and `TOOLS`, whatever is wrapped around them.
_USE = """
import json, sys
from agent.loop import TOOLS, described, use
calls = [{"function": {"name": name, "arguments": text}} for name, text in json.load(sys.stdin)]
print(json.dumps([[use(call) for call in calls], [described(tool) for tool in TOOLS.values()]]))
"""


def planted(folder: Path, *names: str, files: Mapping[str, str] = SEED) -> Path:
    """The agent that these entries leave, one after the other, written into a folder."""
    changed = dict(files)
    for name in names:
        changed |= BY_NAME[name].edit(changed, Generator(PCG64(0)))
    for path, text in changed.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def python(agent: Path, place: Path, *arguments: str, told: str = "", **environment: str) -> str:
    """What a process that can import the agent prints; it runs in `place`, and must end well."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=place,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(place),
            "PYTHONPATH": str(agent),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            **environment,
        },
        input=told,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def used(agent: Path, place: Path, *calls: tuple[str, object]) -> list[str]:
    """What the agent shows for each call; arguments that are no text are made JSON."""
    return _used(agent, place, calls)[0]


def tools(agent: Path, place: Path) -> Sequence[Tool]:
    """The tools that the agent tells the model of."""
    return [Tool.model_validate(tool) for tool in _used(agent, place, ())[1]]


def _used(agent: Path, place: Path, calls: Sequence[tuple[str, object]]) -> Any:
    texts = [(name, told if isinstance(told, str) else json.dumps(told)) for name, told in calls]
    return json.loads(python(agent, place, "-c", _USE, told=json.dumps(texts)))


def committed(folder: Path, files: Mapping[str, str]) -> Path:
    """A repository of one commit."""
    folder.mkdir()
    for path, text in files.items():
        (folder / path).write_text(text)
    git(folder, "init", "-q")
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "-m", "task")
    return folder


def git(folder: Path, *words: str) -> str:
    """What git prints about a repository."""
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout
