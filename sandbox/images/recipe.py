"""What the image holds, the digest that tells whether an image is current, and how one is built."""

import hashlib
import importlib.metadata
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

from sandbox.base import SandboxError
from sandbox.engine import Engine, KeptImage
from sandbox.images.debian import debian_base
from sandbox.runtime import PACKAGES, package_files

TAG = "dgm-sandbox:latest"
CONTENTS = "dgm.contents"
MEND = (
    "Mend: `dgm image build` makes one from python:3.12-slim, and\n"
    "`dgm image build --from-debian` from Debian's packages, where no image registry is reached."
)
_HERE = Path(__file__).parent
_FILES = ("Dockerfile", "make_runtime.py")


class NoImage(SandboxError):
    """The engine answers and has no image for agents; the message says how to make one."""


def contents() -> str:
    """Digest of all that an image is made of beside its base."""
    parts = [(_HERE / name).read_bytes() for name in _FILES]
    parts += [f"{name}=={importlib.metadata.version(name)}".encode() for name in PACKAGES]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def current_image(engine: Engine) -> KeptImage:
    """The newest image of today's contents.

    Raises:
        NoImage: there is none.
    """
    found = engine.images(f"{CONTENTS}={contents()}")
    if found:
        return found[0]
    state = "only images of earlier contents" if engine.images(CONTENTS) else "no image for agents"
    raise NoImage(f"A container engine answers, and has {state}.\n{MEND}")


def build_image(engine: Engine, say: Callable[[str], object], *, from_debian: bool = False) -> KeptImage:
    """Make the image and remove those it replaces.

    Raises:
        SandboxError: a step failed.
    """
    base = None
    if from_debian:
        say("making a base from Debian's packages\n")
        base = debian_base(engine)
    labels = {CONTENTS: contents(), "dgm.base": base or "python:3.12-slim"}
    for line in engine.build(_context(), TAG, base, labels):
        say(line)
    made = current_image(engine)
    for image in engine.images(CONTENTS):
        if image.id != made.id and not image.tags:
            engine.remove_image(image.id)
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
