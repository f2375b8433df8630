"""Nothing stays: not after a closed sandbox, not after a killed controller, and nothing of others goes."""

import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import docker
import pytest
from meanwhile import marks, ours
from sandbox_orders import alive, new_mark, python, until

from sandbox import owner
from sandbox.container import DockerSandbox
from sandbox.engine import LABEL
from sandbox.fleet import PREFIX

pytestmark = pytest.mark.docker
ROOT = Path(__file__).parents[2]

ABANDON = """
import os
from sandbox import owner
from sandbox.container import DockerSandbox
from sandbox.engine import LABEL, Engine
from sandbox.fleet import lent_folder
engine, mark = Engine(), owner.mark()
image = DockerSandbox(ahead=0).versions["image"]
print(mark)
print(engine.create({"Image": image, "Cmd": ["true"], "Labels": {LABEL: mark}}))
print(engine.make_volume(mark))
with lent_folder() as lent:
    print(lent, flush=True)
    os.kill(os.getpid(), 9)
"""

CONTROLLER = """
import sys, threading
from sandbox.base import Order
from sandbox.container import DockerSandbox
with DockerSandbox() as sandbox:
    order = Order(("/bin/sh", "-c", "setsid sleep 61 & sleep 62; : " + sys.argv[1]))
    for _ in range(2):
        threading.Thread(target=sandbox.run, args=(order,), daemon=True).start()
    print("starting", flush=True)
    sandbox.run(order)
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.APIClient]:
    with closing(docker.APIClient(version="auto")) as client:
        yield client


def test_what_closes_leaves_nothing(engine: docker.APIClient) -> None:
    others = set(ours(engine))
    with DockerSandbox() as sandbox:
        for _ in range(3):
            python(sandbox, "pass")
    assert set(ours(engine)) <= others


def test_what_a_dead_controller_left_is_removed_and_nothing_of_others(engine: docker.APIClient) -> None:
    done = subprocess.run([sys.executable, "-c", ABANDON], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert done.returncode == -signal.SIGKILL
    mark, container, volume, lent = done.stdout.split()
    assert Path(lent).is_dir()
    config = {"Image": engine.inspect_container(container)["Image"], "Cmd": ["true"]}
    elsewhere = "0" * 16 + mark[16:]
    strangers = [
        engine.create_container_from_config({**config, "Labels": {LABEL: label}})["Id"]
        for label in (owner.mark(), elsewhere, "somebody else's")
    ]
    try:
        DockerSandbox(ahead=0).close()
        kept = {one["Id"] for one in engine.containers(all=True)}
        assert container not in kept
        assert set(strangers) <= kept
        assert volume not in {one["Name"] for one in engine.volumes()["Volumes"] or ()}
        assert not Path(lent).parent.exists()
    finally:
        for one in strangers:
            engine.remove_container(one, force=True)


@pytest.mark.slow
def test_a_controller_killed_at_any_moment_leaves_nothing_to_the_next(engine: docker.APIClient) -> None:
    mark, under_way = new_mark(), 0
    for moment in range(6):
        command = [sys.executable, "-c", CONTROLLER, mark]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as controller:
            assert controller.stdout is not None
            controller.stdout.readline()
            threading.Event().wait(0.15 * moment)
            under_way += sum(f"-{controller.pid:08x}" in each for each in marks(engine).values())
            controller.kill()
    DockerSandbox(ahead=0).close()
    assert under_way > 0
    assert until(lambda: not any(map(owner.forsaken, marks(engine).values())), 10)
    assert until(lambda: not alive(mark), 10)
    left = Path(tempfile.gettempdir()).glob(PREFIX + "*")
    assert [one for one in left if owner.abandoned(one.name)] == []
