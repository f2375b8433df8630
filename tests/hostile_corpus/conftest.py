from collections.abc import Iterator

import pytest
from scene import containers_left, files_left, lasting

from sandbox.base import Sandbox
from sandbox.registry import BACKENDS, ISOLATING

_BACKENDS = [pytest.param(name, marks=[pytest.mark.docker] if name == "docker" else []) for name in ISOLATING]


@pytest.fixture(scope="session")
def clean_end() -> Iterator[set[str]]:
    """Holds the names of the backends tried; when all are closed, nothing of ours is left on the host."""
    tried: set[str] = set()
    yield tried
    assert not lasting(files_left)
    if "docker" in tried:
        assert not lasting(containers_left)


@pytest.fixture(scope="session", params=_BACKENDS)
def sandbox(request: pytest.FixtureRequest, clean_end: set[str]) -> Iterator[Sandbox]:
    """Every backend that claims to isolate."""
    clean_end.add(request.param)
    with BACKENDS[request.param]() as opened:
        yield opened
