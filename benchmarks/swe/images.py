"""The images of rows: what fetching them takes, where they come from, and which ones we brought here."""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Self

from benchmarks.replacing import replace_file
from sandbox.base import SandboxError
from sandbox.engine import Engine
from sandbox.runtime import cache_folder

MEAN_MIB = 480
"""Of an image beside what it shares with others: SWE-bench Verified unpacks to at most 240 GB for 500."""
LEFT_FREE_MIB = 2048
_NOTE = "pulled.json"


class Images:
    """Images by the names that rows give them, `registry` before each, from a container engine.

    `note` is the file that remembers what was pulled; absent, the one of this user.

    Raises:
        SandboxError: no engine answers.
    """

    def __init__(self, registry: str | None = None, note: Path | None = None) -> None:
        self._registry = registry
        self._note = note or cache_folder() / _NOTE
        self._engine = Engine()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._engine.close()

    def fetch(self, names: Iterable[str], say: Callable[[str], object]) -> None:
        """Pull what the engine does not have, once it is clear that there is room.

        Raises:
            SandboxError: there is none, or an image can't be had.
        """
        wanted = dict.fromkeys(names)
        missing = [name for name in wanted if self._engine.image(self._reference(name)) is None]
        if not missing:
            return
        free = self._free_mib()
        needed = len(missing) * MEAN_MIB
        room = "an unknown amount of" if free is None else f"{free / 1024:.0f} GiB of"
        say(f"{len(missing)} images to pull: about {needed / 1024:.0f} GiB; {room} disk is free")
        if free is not None and needed + LEFT_FREE_MIB > free:
            raise SandboxError(
                f"{len(missing)} images, about {needed / 1024:.0f} GiB, do not fit on {free / 1024:.0f} GiB; "
                "mend: fewer rows, or `dgm image remove-pulled`"
            )
        for number, name in enumerate(missing, 1):
            say(f"[{number}/{len(missing)}] pulling {self._reference(name)}")
            self._engine.pull(self._reference(name))
            self._remember({**self.pulled(), self._reference(name): self.digest(name)})

    def has(self, digest: str) -> bool:
        """Whether the engine has the image of this digest."""
        return self._engine.image(digest) is not None

    def digest(self, name: str) -> str:
        """The digest of an image that is here.

        Raises:
            SandboxError: it is not.
        """
        told = self._engine.image(self._reference(name))
        if told is None:
            raise SandboxError(f"the engine has no image {self._reference(name)}")
        return str(told["Id"])

    def pulled(self) -> Mapping[str, str]:
        """The digests of images that were pulled by us, by reference."""
        try:
            return {str(name): str(digest) for name, digest in json.loads(self._note.read_bytes()).items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def remove_pulled(self) -> list[str]:
        """Remove the images that we pulled and that are still the same; gives their references.

        Raises:
            SandboxError: one is in use.
        """
        removed = []
        for name, digest in self.pulled().items():
            told = self._engine.image(name)
            if told is not None and told["Id"] == digest:
                self._engine.remove_image(name)
                removed.append(name)
            self._remember({other: one for other, one in self.pulled().items() if other != name})
        return removed

    def _reference(self, name: str) -> str:
        return name if self._registry is None else f"{self._registry.rstrip('/')}/{name}"

    def _free_mib(self) -> int | None:
        root = Path(str(self._engine.info().get("DockerRootDir", "")))
        # An engine elsewhere has its disk elsewhere.
        return shutil.disk_usage(root).free // 2**20 if root.is_dir() else None

    def _remember(self, images: Mapping[str, str]) -> None:
        replace_file(self._note, json.dumps(dict(images), indent=1).encode())
