"""A run in containers is the run that it is elsewhere, killed or not, and nothing of it is left behind."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import docker
import pytest

from archive.disk import DiskArchive
from archive.events import Born, Event, Rejected, Scored, Stopped
from sandbox import owner
from sandbox.engine import LABEL
from sandbox.fleet import PREFIX
from tests.cli.command import ROOT

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture
def engine() -> Iterator[docker.APIClient]:
    with closing(docker.APIClient(version="auto")) as client:
        yield client


def mini(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.run.mini", folder, 1, *words]
    return subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)


def what_came(folder: Path) -> Sequence[tuple[object, ...]]:
    """Agents, verdicts and patches, and the champion, in their order."""
    return [_told(entry.event) for entry in DiskArchive.read(folder).entries() if _told(entry.event)]


def _told(event: Event) -> tuple[object, ...]:
    match event:
        case Born():
            return event.ordinal, event.parents, event.tree
        case Rejected():
            return event.ticket, event.parents, event.reason
        case Scored():
            return event.ticket, event.task, event.split, event.verdict, event.patch
        case Stopped():
            return event.reason, event.champion
    return ()


def left_behind(engine: docker.APIClient) -> list[str]:
    """What processes that are gone have left, on the engine and among temporary files."""
    marked = engine.containers(all=True, filters={"label": LABEL})
    volumes = engine.volumes(filters={"label": LABEL})["Volumes"] or ()
    found = [one["Id"] for one in marked if owner.forsaken(one["Labels"][LABEL])]
    found += [one["Name"] for one in volumes if owner.forsaken(one["Labels"][LABEL])]
    folders = Path(tempfile.gettempdir()).glob(PREFIX + "*")
    return found + [str(one) for one in folders if owner.abandoned(one.name)]


def test_the_same_run_in_containers(whole: Path, tmp_path: Path, engine: docker.APIClient) -> None:
    images = {one["Id"] for one in engine.images(all=True)}
    done = mini(tmp_path / "run", 0, "any", "sandbox.backend=docker")
    assert done.stdout == "done\n", done.stderr
    assert what_came(tmp_path / "run") == what_came(whole)
    assert left_behind(engine) == []
    assert {one["Id"] for one in engine.images(all=True)} <= images


def test_the_same_run_killed_in_containers(whole: Path, tmp_path: Path, engine: docker.APIClient) -> None:
    folder, deaths = tmp_path / "run", 0
    for count in (40, 25, 90):
        done = mini(folder, count, "any", "sandbox.backend=docker")
        deaths += done.returncode == -signal.SIGKILL
    assert deaths == 3
    done = mini(folder)
    assert done.stdout == "done\n", done.stderr
    assert what_came(folder) == what_came(whole)
    assert left_behind(engine) == []
