from collections.abc import Iterator

import pytest

from sandbox.base import Sandbox
from sandbox.registry import BACKENDS

ALL = [pytest.param(name, marks=[pytest.mark.docker] if name == "docker" else []) for name in BACKENDS]


@pytest.fixture(scope="session", params=ALL)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with BACKENDS[request.param]() as opened:
        yield opened


@pytest.fixture(scope="session")
def bubblewrap() -> Iterator[Sandbox]:
    with BACKENDS["bubblewrap"]() as opened:
        yield opened
