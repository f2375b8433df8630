"""What works where no container engine answers, for tests that must not differ where one does."""

import os

from sandbox.registry import BACKENDS

BACKENDS_WITHOUT_ENGINE = {name: backend for name, backend in BACKENDS.items() if name != "docker"}


def environment() -> dict[str, str]:
    """Ours, for a process that is to find no engine."""
    return {**os.environ, "DOCKER_HOST": "unix:///no/engine"}
