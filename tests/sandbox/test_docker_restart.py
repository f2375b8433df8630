"""An engine that goes away and comes back, and one without an image: on an engine of the test's own."""

import signal
import threading
from collections.abc import Iterator
from contextlib import closing

import docker
import pytest
from own_engine import OwnEngine, own_engine
from sandbox_orders import alive, new_mark, python, until

from sandbox.base import Exit, Order, SandboxError
from sandbox.container import DockerSandbox
from sandbox.engine import Engine
from sandbox.images.recipe import current
from sandbox.registry import BACKENDS, SandboxUnavailable, open_sandbox

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture(scope="module")
def engine() -> Iterator[OwnEngine]:
    with own_engine() as engine:
        yield engine


def test_an_engine_without_an_image_is_told_of_in_a_box(engine: OwnEngine) -> None:
    backends = {**BACKENDS, "docker": lambda: DockerSandbox(Engine(engine.address))}
    told: list[str] = []
    with open_sandbox("auto", notice=told.append, backends=backends) as sandbox:
        assert sandbox.name == "bubblewrap"
    assert len(told) == 1
    assert "\n" in told[0]
    assert "dgm image build --from-debian" in told[0]
    with pytest.raises(SandboxUnavailable, match="dgm image build") as raised:
        open_sandbox("docker", backends=backends)
    assert "\n" in str(raised.value)


@pytest.fixture(scope="module")
def loaded(engine: OwnEngine) -> OwnEngine:
    """The same engine once it has the image."""
    with closing(docker.APIClient(version="auto")) as ours, closing(docker.APIClient(engine.address)) as its:
        list(its.load_image(ours.get_image(current())))
    return engine


def start(sandbox: DockerSandbox, mark: str, ends: list[Exit | SandboxError]) -> threading.Thread:
    def run() -> None:
        try:
            ends.append(sandbox.run(Order(("/bin/sh", "-c", f"sleep 45; : {mark}"))))
        except SandboxError as error:
            ends.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_restart_is_our_failure_and_is_recovered_from(loaded: OwnEngine, number: int) -> None:
    ends: list[Exit | SandboxError] = []
    with DockerSandbox(Engine(loaded.address)) as sandbox:
        assert python(sandbox, "pass").succeeded
        mark = new_mark()
        threads = [start(sandbox, mark, ends) for _ in range(2)]
        assert until(lambda: len(alive(mark)) == 2, 30)
        loaded.stop(number)
        for thread in threads:
            thread.join(40)
        assert [isinstance(end, SandboxError) for end in ends] == [True, True], ends
        with pytest.raises(SandboxError):
            sandbox.run(Order(("/bin/true",)))
        loaded.start()
        assert python(sandbox, "pass").succeeded
    with closing(docker.APIClient(loaded.address, version="auto")) as client:
        assert until(lambda: client.containers(all=True) == [], 20)
