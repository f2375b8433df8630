import os
from collections.abc import Iterator

import pytest

from sandbox.base import Sandbox
from sandbox.container import DockerSandbox
from tests.benchmarks.swe.toy_rows import Toy, toy


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toy]:
    with toy(tmp_path_factory.mktemp("toy"), f"dgm-test-toy-{os.getpid()}:latest") as made:
        yield made


# Not of the session's scope: the hostile corpus asserts that no container of this process is left.
@pytest.fixture(scope="module")
def engine_sandbox() -> Iterator[Sandbox]:
    with DockerSandbox() as opened:
        yield opened
