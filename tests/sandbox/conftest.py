from collections.abc import Callable, Iterator

import pytest

from sandbox.base import Exit, Folder, Limits, Order, Sandbox
from sandbox.registry import BACKENDS
from sandbox.tree import Tree

Run = Callable[..., Exit]


@pytest.fixture(scope="session", params=sorted(BACKENDS))
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with BACKENDS[request.param]() as opened:
        yield opened


@pytest.fixture(scope="session")
def bubblewrap() -> Iterator[Sandbox]:
    with BACKENDS["bubblewrap"]() as opened:
        yield opened


def python(sandbox: Sandbox, source: str, *arguments: str, tree: Tree | None = None, **limits: float) -> Exit:
    """Run Python source in /workspace, which comes back."""
    bounds = {"wall_seconds": 20.0, **limits}
    return sandbox.run(
        Order(
            command=(sandbox.python, "-c", source, *arguments),
            folders={"/workspace": Folder(tree or Tree(), writable=True, collect=True)},
            cwd="/workspace",
            environment={"WORKSPACE": "/workspace"},
            limits=Limits(**bounds),  # type: ignore[arg-type]
        )
    )


@pytest.fixture(name="python")
def python_fixture() -> Run:
    return python
