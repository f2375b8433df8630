from collections.abc import Iterable, Iterator

import pytest

from sandbox.base import Sandbox
from sandbox.registry import BACKENDS, ISOLATING


def marked(names: Iterable[str]) -> list[object]:
    return [pytest.param(one, marks=[pytest.mark.docker] if one == "docker" else []) for one in names]


@pytest.fixture(scope="session", params=marked(BACKENDS))
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with BACKENDS[request.param]() as opened:
        yield opened


@pytest.fixture(scope="session", params=marked(ISOLATING))
def isolated(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with BACKENDS[request.param]() as opened:
        yield opened


@pytest.fixture(scope="session")
def bubblewrap() -> Iterator[Sandbox]:
    with BACKENDS["bubblewrap"]() as opened:
        yield opened
