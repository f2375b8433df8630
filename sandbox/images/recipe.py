"""What the image holds, the digest that tells whether an image is current, and how one is built."""

import hashlib
import importlib.metadata
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

from sandbox.base import SandboxError
from sandbox.engine import Engine
from sandbox.images.debian import debian_base
from sandbox.runtime import PACKAGES, package_files

REPOSITORY = "dgm-sandbox"
MEND = (
    "Mend: `dgm image build` makes one from python:3.12-slim, and\n"
    "`dgm image build --from-debian` from Debian's packages, where no image registry is reached."
)
_HERE = Path(__file__).parent
_FILES = ("Dockerfile", "make_runtime.py")


class NoImage(SandboxError):
    """The engine answers and has no image for agents; the message says how to make one."""


def current() -> str:
    """Reference of the image of today's recipe: its tag is a digest of all that goes in beside the base."""
    parts = [(_HERE / name).read_bytes() for name in _FILES]
    parts += [f"{name}=={importlib.metadata.version(name)}".encode() for name in PACKAGES]
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    return f"{REPOSITORY}:{digest[:16]}"


def current_image(engine: Engine) -> str:
    """Digest of the image of today's recipe.

    Raises:
        NoImage: there is none.
    """
    found = engine.image(current())
    if found is not None:
        return str(found["Id"])
    state = "only images of other recipes" if engine.images(REPOSITORY) else "no image for agents"
    raise NoImage(f"A container engine answers, and has {state}.\n{MEND}")


def build_image(engine: Engine, say: Callable[[str], object], *, from_debian: bool = False) -> str:
    """Make the image, remove the one of the same recipe that it replaces, and return its digest.

    Raises:
        SandboxError: a step failed.
    """
    base, before = None, engine.image(current())
    if from_debian:
        say("making a base from Debian's packages\n")
        base = debian_base(engine)
    for line in engine.build(_context(), current(), base):
        say(line)
    made = current_image(engine)
    if before is not None and before["Id"] != made:
        engine.remove_image(before["Id"])
    return made


def _context() -> io.BytesIO:
    """Dockerfile, program and the packages as they are installed here, which the lock's hashes held."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        named = [(name, _HERE / name) for name in _FILES]
        for name, place in (*named, *((f"packages/{path}", place) for path, place in package_files())):
            data = place.read_bytes()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    packed.seek(0)
    return packed
