"""Images for agents that need more than Python: ours, and the packages of a hash-pinned list."""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from sandbox.base import Order, SandboxError
from sandbox.container import DockerSandbox
from sandbox.engine import Engine
from sandbox.images.recipe import current, current_image

_HERE = Path(__file__).parent
_FILES = {"Dockerfile": _HERE / "outfit.Dockerfile", "make_outfit.py": _HERE / "make_outfit.py"}
BASE = "dgm.outfit.base"
"""Label of such an image: the reference of ours that it stands on."""
_SECONDS = 900
_ABOUT = """
import json, os, platform, sys
print(json.dumps({
    "python_full_version": platform.python_version(), "python_version": "%d.%d" % sys.version_info[:2],
    "sys_platform": sys.platform, "os_name": os.name, "platform_system": platform.system(),
    "platform_machine": platform.machine(), "platform_python_implementation": "CPython",
    "implementation_name": sys.implementation.name, "libc": platform.libc_ver()[1],
}))
"""


def build_outfit(engine: Engine, requirements: Path, name: str, say: Callable[[str], object]) -> str:
    """Digest of the image `name`, today's of ours with the packages; made unless it is there already.

    pip fetches the packages on this machine, as wheels for the image's Python. The build has no network.

    Raises:
        SandboxError: the list is not hash-pinned, a package is not to be had as a wheel, or a step failed.
    """
    listed = _read(requirements)
    reference = f"{name}:{_tag(current_image(engine), listed)}"
    found = engine.image(reference)
    if found is None:
        with tempfile.TemporaryDirectory(prefix="dgm-outfit-") as place, tempfile.TemporaryFile() as packed:
            say(f"fetching the packages of {requirements}\n")
            fetch(listed, _about_image(), Path(place))
            with tarfile.open(fileobj=packed, mode="w") as archive:
                for path, file in {**_FILES, "packages": Path(place)}.items():
                    archive.add(file, path, filter=_plain)
            packed.seek(0)
            for line in engine.build(packed, reference, current()):
                say(line)
        found = engine.image(reference)
    if found is None:
        raise SandboxError(f"the image {reference} was built and is not there")
    engine.tag(reference, name)
    return str(found["Id"])


def fetch(listed: str, about: Mapping[str, str], place: Path) -> None:
    """Have pip put the packages of a list into a folder, for the Python that `about` describes."""
    version, machine = about["python_version"], about["platform_machine"]
    newest = int(about["libc"].partition(".")[2] or 17)
    glibc = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, 4, -1)]
    platforms = [*glibc, f"manylinux2014_{machine}", f"linux_{machine}"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write("\n".join(applying(listed, about)) + "\n")
        wanted.flush()
        command = [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q", "--no-compile"),
            *("--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation=cp"),
            *(f"--abi={abi}" for abi in (f"cp{version.replace('.', '')}", "abi3", "none")),
            *(f"--platform={platform}" for platform in platforms),
            *(f"--python-version={version}", f"--target={place}", "-r", wanted.name),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise SandboxError(f"the packages were not fetched in {_SECONDS} s") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise SandboxError(f"the packages can't be fetched as wheels for Python {version}: {last[:300]}")


def applying(listed: str, about: Mapping[str, str]) -> Iterator[str]:
    """Those requirements of a list that apply to a Python other than this one, without their markers.

    Raises:
        SandboxError: a line is no exact version with hashes.
    """
    for line in listed.replace("\\\n", " ").splitlines():
        text = line.partition(" #")[0].strip()
        if not text or text.startswith("#"):
            continue
        wanted, *hashes = text.split(" --hash=")
        try:
            one = Requirement(wanted.strip())
        except InvalidRequirement:
            raise SandboxError(f"requirements: {wanted[:80]!r} is no requirement") from None
        specifiers = list(one.specifier)
        exact = len(specifiers) == 1 and specifiers[0].operator == "==" and "*" not in specifiers[0].version
        if one.url or not exact or not hashes:
            raise SandboxError(
                f"requirements: {wanted[:80]!r} is no exact version with hashes; "
                "mend: uv pip compile --universal --generate-hashes, or pip-compile --generate-hashes"
            )
        if one.marker is None or one.marker.evaluate(dict(about)):
            yield " --hash=".join([f"{one.name}{one.specifier}", *map(str.strip, hashes)])


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise SandboxError(f"--requirements {path}: can't be read: {error}") from None


def _tag(base: str, listed: str) -> str:
    """A digest of all that goes into the image."""
    parts = [base.encode(), listed.encode(), *(path.read_bytes() for path in _FILES.values())]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _about_image() -> Mapping[str, str]:
    """What markers and wheels ask of the Python of our image."""
    with DockerSandbox() as sandbox:
        end = sandbox.run(Order((sandbox.python, "-c", _ABOUT)))
    if not end.succeeded:
        raise SandboxError(f"the image's Python does not start: {end.output[-200:]!r}")
    return {str(key): str(value) for key, value in json.loads(end.output).items()}


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    # Programs of the packages would start the interpreter of the machine that fetched them.
    if entry.name == "packages/bin":
        return None
    entry.uid = entry.gid = 0
    entry.mode = 0o755 if entry.isdir() else 0o644
    return entry
