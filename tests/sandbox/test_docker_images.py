"""Images: those of others, which bring no Python that would do, and how ours is made."""

import io
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager

import docker
import pytest

from sandbox.base import Exit, Folder, Limits, Order, Sandbox, SandboxError
from sandbox.container import DockerSandbox
from sandbox.images.recipe import current
from sandbox.tree import Tree

pytestmark = pytest.mark.docker
WITHOUT = "RUN rm -rf /runtime /lent /usr/bin/python* /usr/lib/python* /usr/local/*/python*\n"
OLD = "RUN printf '#!/bin/sh\\necho Python 3.6.9\\nexit 1\\n' > /bin/python3 && chmod 755 /bin/python3\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.APIClient]:
    with closing(docker.APIClient(version="auto")) as client:
        yield client


@contextmanager
def image(engine: docker.APIClient, name: str, steps: str) -> Iterator[str]:
    """An image built over ours, without a network."""
    text = f"FROM {current()}\n{steps}".encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    tag = f"dgm-test-{name}:latest"
    told = list(
        engine.build(
            fileobj=io.BytesIO(packed.getvalue()),
            custom_context=True,
            tag=tag,
            rm=True,
            decode=True,
            network_mode="none",
        )
    )
    assert not [line for line in told if "error" in line], told
    try:
        yield tag
    finally:
        engine.remove_image(tag)


def run(sandbox: Sandbox, image: str, *command: str) -> Exit:
    folders = {"/agent": Folder(Tree({"agent.py": b"print('agent', __file__)"}))}
    return sandbox.run(Order(command=command, folders=folders, cwd="/agent", image=image))


SELF = """
import subprocess, sys, pytest, ctypes
told = subprocess.run([sys.executable, "-c", "print(7)"], capture_output=True).stdout
print(sys.version_info >= (3, 9), told)
"""


@pytest.mark.parametrize("kind", ["old", "none"])
def test_an_agent_runs_where_no_python_would_do(engine: docker.APIClient, kind: str) -> None:
    steps = WITHOUT + (OLD if kind == "old" else "")
    with image(engine, kind, steps) as foreign, DockerSandbox() as sandbox:
        end = run(sandbox, foreign, sandbox.python, "-c", SELF)
        assert (end.output, end.code) == (b"True b'7\\n'\n", 0)
        assert run(sandbox, foreign, sandbox.python, "agent.py").output == b"agent /agent/agent.py\n"
        # by its own name a program of the image is meant, and ours only where there is none
        named = run(sandbox, foreign, "sh", "-c", "python3 agent.py")
        assert named.output == (b"Python 3.6.9\n" if kind == "old" else b"agent /agent/agent.py\n")
        written = run(sandbox, foreign, "sh", "-c", "touch /runtime/bin/x /usr/x; id -u")
        assert written.output.count(b"Read-only file system") == 2
        assert not written.output.endswith(b"\n0\n")


def test_what_an_image_declares_has_bounds(engine: docker.APIClient) -> None:
    steps = "RUN mkdir -m 777 /data\nVOLUME /data\nENV SAID=yes\nUSER root\nHEALTHCHECK CMD touch /tmp/x\n"
    steps += 'ENTRYPOINT ["false"]\n'
    with image(engine, "declaring", steps) as foreign, DockerSandbox() as sandbox:
        script = "echo $SAID$(id -u); head -c 9000000 /dev/zero > /data/fill; sleep 5"
        order = Order(command=("/bin/sh", "-c", script), image=foreign, limits=Limits(disk_mib=4))
        end = sandbox.run(order)
    assert end.how == "disk"
    # Its variables hold, as its authors mean them to; its user, its entry point and its volume do not.
    assert end.output.startswith(b"yes606")


def test_an_image_that_is_not_there_is_our_failure() -> None:
    with (
        DockerSandbox() as sandbox,
        pytest.raises(SandboxError, match="no image dgm-test-nowhere; mend: docker pull"),
    ):
        run(sandbox, "dgm-test-nowhere", "true")
