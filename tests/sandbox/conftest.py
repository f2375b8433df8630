from collections.abc import Iterator

import pytest

from sandbox.base import Sandbox
from sandbox.registry import BACKENDS


@pytest.fixture(scope="session", params=sorted(BACKENDS))
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with BACKENDS[request.param]() as opened:
        yield opened


@pytest.fixture(scope="session")
def bubblewrap() -> Iterator[Sandbox]:
    with BACKENDS["bubblewrap"]() as opened:
        yield opened
