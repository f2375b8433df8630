from collections.abc import Iterator

import pytest

from sandbox.base import Sandbox
from sandbox.registry import BACKENDS, ISOLATING

_BACKENDS = [pytest.param(name, marks=[pytest.mark.docker] if name == "docker" else []) for name in ISOLATING]


@pytest.fixture(scope="session", params=_BACKENDS)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """Every backend that claims to isolate."""
    with BACKENDS[request.param]() as opened:
        yield opened
