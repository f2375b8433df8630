"""The images that orders run in, and the Python that is lent to those of others."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sandbox.base import SandboxError
from sandbox.engine import LABEL, Engine
from sandbox.images.recipe import current_image
from sandbox.local import ENVIRONMENT
from sandbox.runtime import MOUNT
from sandbox.shape import Ground

PYTHON = (f"{MOUNT}/bin/python3",)
_LENT = "/lent"
# In an image that has no loader, no libraries, and perhaps no shell.
_LENT_PYTHON = (
    *(f"{MOUNT}/ld.so", "--library-path", f"{MOUNT}/lib"),
    *("--argv0", f"{MOUNT}/bin/python3", f"{MOUNT}/bin/python"),
)


class Grounds:
    """What containers stand on, by the image that an order names. Thread-safe.

    Raises:
        NoImage: the engine has no image for agents.
    """

    def __init__(self, engine: Engine, mark: str) -> None:
        self._engine = engine
        self._mark = mark
        self._lock = threading.Lock()
        self._volume: str | None = None
        self._others: dict[str, Ground] = {}
        self.own = Ground(current_image(engine), PYTHON, path=ENVIRONMENT["PATH"])

    def of(self, image: str | None) -> Ground:
        """The ground of an image of somebody else's; None: of ours.

        Raises:
            SandboxError: the engine does not have it.
        """
        if image is None:
            return self.own
        with self._lock:
            if image not in self._others:
                self._others[image] = self._foreign(image)
            return self._others[image]

    def close(self) -> None:
        """Take the lent Python away."""
        if self._volume is not None:
            with suppress(SandboxError):
                self._engine.remove_volume(self._volume)

    def _foreign(self, image: str) -> Ground:
        told = self._engine.image(image)
        if told is None:
            raise SandboxError(
                f"the engine has no image {image}; mend: docker pull {image}, or make it with "
                "`dgm image build --requirements FILE --tag NAME`"
            )
        config: Mapping[str, Any] = told["Config"] or {}
        variables = dict(one.partition("=")[::2] for one in config.get("Env") or ())
        return Ground(
            image=told["Id"],
            python=_LENT_PYTHON,
            runtime=self._lent_python(),
            volumes=tuple(sorted(config.get("Volumes") or ())),
            variables=tuple(variables.items()),
            path=f"{variables.get('PATH', '/usr/local/bin:/usr/bin:/bin')}:{MOUNT}/bin",
        )

    def _lent_python(self) -> str:
        """A volume with our image's /lent, which the engine copies there for the first who mounts it."""
        if self._volume is not None:
            return self._volume
        self._volume = self._engine.make_volume(self._mark)
        mounts = [{"Type": "volume", "Source": self._volume, "Target": _LENT}]
        config = {
            "Image": self.own.image,
            "Cmd": ["never started"],
            "Labels": {LABEL: self._mark},
            "HostConfig": {"NetworkMode": "none", "Mounts": mounts},
        }
        self._engine.remove(self._engine.create(config))
        return self._volume
