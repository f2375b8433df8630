"""How the engine is asked to confine, and whose an end is: told by evidence that no sandbox can make."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import closing

import docker
import pytest
from meanwhile import Meanwhile, ours
from sandbox_orders import alive, python, until

from sandbox.base import Exit, Sandbox, SandboxError
from sandbox.container import DockerSandbox

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with DockerSandbox(ahead=0) as opened:
        yield opened


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.APIClient]:
    with closing(docker.APIClient(version="auto")) as client:
        yield client


def test_the_engine_is_asked_for_every_confinement(sandbox: Sandbox, engine: docker.APIClient) -> None:
    meanwhile = Meanwhile(sandbox, engine, memory_mib=96, processes=20, disk_mib=8, entries=100)
    told = engine.inspect_container(meanwhile.container)
    engine.kill(meanwhile.container)
    assert isinstance(meanwhile.end(), SandboxError)
    host = told["HostConfig"]
    expected: Mapping[str, object] = {
        "NetworkMode": "none", "IpcMode": "none", "PidMode": "", "UTSMode": "", "UsernsMode": "",
        "CapDrop": ["ALL"], "CapAdd": None, "Privileged": False, "ReadonlyRootfs": True,
        "SecurityOpt": ["no-new-privileges"], "AutoRemove": True, "Binds": None, "PublishAllPorts": False,
        "Memory": 96 * 2**20, "MemorySwap": 96 * 2**20, "NanoCpus": 10**9,
        "LogConfig": {"Type": "none", "Config": {}}, "RestartPolicy": {"Name": "", "MaximumRetryCount": 0},
    }  # fmt: skip
    assert {name: host[name] for name in expected} == expected
    assert not host["Devices"]
    assert host["PidsLimit"] <= 20 + 40
    assert {"/proc/kcore", "/proc/keys", "/sys/firmware"} <= set(host["MaskedPaths"])
    assert told["Mounts"] == []
    assert 60600 <= int(told["Config"]["User"].partition(":")[0]) <= 61183
    options = {path: each.split(",") for path, each in host["Tmpfs"].items()}
    assert set(options) == {"/agent", "/dev/mqueue", "/dev/shm", "/task", "/tmp", "/workspace"}
    for each in options.values():
        assert {"nosuid", "nodev"} < set(each)
        assert sum(one.startswith(("size=", "nr_inodes=")) for one in each) == 2
    assert {path for path, each in options.items() if "exec" in each} == {"/agent", "/tmp", "/workspace"}


@pytest.mark.parametrize("how", ["killed", "removed"])
def test_a_container_ended_from_outside_is_our_failure(
    sandbox: Sandbox, engine: docker.APIClient, how: str
) -> None:
    meanwhile = Meanwhile(sandbox, engine)
    if how == "killed":
        engine.kill(meanwhile.container)
    else:
        engine.remove_container(meanwhile.container, force=True)
    assert str(meanwhile.end()) == "a container was killed from outside"


@pytest.mark.slow
def test_a_frozen_container_is_our_failure_and_goes(engine: docker.APIClient) -> None:
    with DockerSandbox(ahead=0) as sandbox:
        meanwhile = Meanwhile(sandbox, engine)
        engine.pause(meanwhile.container)
        assert str(meanwhile.end()) == "a container was frozen from outside"
    assert meanwhile.container not in ours(engine)


def test_a_signal_that_ends_nothing_is_no_failure(sandbox: Sandbox, engine: docker.APIClient) -> None:
    meanwhile = Meanwhile(sandbox, engine)
    engine.kill(meanwhile.container, signal="SIGTERM")
    for pid in alive(meanwhile.mark):
        os.kill(pid, signal.SIGKILL)
    end = meanwhile.end()
    assert isinstance(end, Exit)
    assert (end.how, end.code) == ("exited", -9)


def test_suicide_is_the_commands_own(sandbox: Sandbox) -> None:
    end = python(sandbox, "import os; open('f', 'w').close(); os.kill(0, 9)")
    assert (end.how, end.code) == ("exited", -9)
    assert set(end.folders["/workspace"]) == {"f"}


def test_memory_filled_with_files_is_the_commands_own(sandbox: Sandbox) -> None:
    source = """
for place in ("/tmp", "/dev/shm", "/workspace"):
    with open(place + "/fill", "wb", buffering=0) as file:
        for _ in range(40): file.write(bytes(2**20))
"""
    assert python(sandbox, source, memory_mib=64, disk_mib=64).how == "memory"


def test_one_processor_is_not_passed(sandbox: Sandbox) -> None:
    source = (
        "import os, time\\nfor _ in range(3): os.fork()\\nt = time.time()\\nwhile time.time() < t + 2: pass"
    )
    end = python(sandbox, source)
    assert 0 < end.cpu_seconds < 1.3 * end.wall_seconds


def test_a_prepared_container_is_used_once(engine: docker.APIClient) -> None:
    source = """
import os
print(os.path.exists("/tmp/left"), [line for line in open("/proc/mounts") if "upperdir" in line])
open("/tmp/left", "w").close()
"""
    seen = []
    with DockerSandbox() as sandbox:
        for number in range(4):
            seen.append(python(sandbox, source).output)
            assert until(lambda number=number: number == 0 or ours(engine) != [], 20)
    assert len(set(seen)) == 4
    assert all(line.startswith(b"False ") for line in seen)


def test_the_images_digest_is_recorded(sandbox: Sandbox, engine: docker.APIClient) -> None:
    digest = sandbox.versions["image"]
    assert digest.startswith("sha256:")
    assert engine.inspect_image(digest)["Id"] == digest
