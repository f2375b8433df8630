"""The Python that code in a sandbox gets: an interpreter and pytest, and nothing of dgm."""

import contextlib
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sandbox import launcher
from sandbox.base import SandboxError
from sandbox.slots import is_host_root

PACKAGES = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")
MORE = "DGM_SANDBOX_PACKAGES"
"""Names the variable of the environment that lists what a user's own tests need beside them."""
OLDEST = (3, 11)
MOUNT = "/runtime"
_LEFT_OUT = ("test", "tests", "site-packages", "__pycache__", "idlelib", "tkinter", "*.a", "*.o")


def cache_folder() -> Path:
    """Where what is built once is kept: reachable by the uids that sandboxes run under."""
    if is_host_root():
        folder = Path("/var/cache/dgm")
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dgm"
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise SandboxError(
            f"no cache folder {folder}: {error}; set XDG_CACHE_HOME to one you can write"
        ) from error
    return folder


def packages() -> tuple[str, ...]:
    """What is copied from our own environment: `PACKAGES`, and those in `MORE` with all they need.

    Raises:
        SandboxError: one is not installed here.
    """
    wanted = [*PACKAGES, *os.environ.get(MORE, "").replace(",", " ").split()]
    found: dict[str, None] = {}
    for name in wanted:
        if canonicalize_name(name) in found:
            continue
        found[canonicalize_name(name)] = None
        try:
            told = importlib.metadata.requires(name) or ()
        except importlib.metadata.PackageNotFoundError:
            raise SandboxError(f"{MORE}: {name} is not installed here; install it beside dgm") from None
        needed = map(Requirement, told)
        # The list grows while it is gone through: what is needed needs others.
        wanted += [one.name for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return tuple(found)


def reachable(path: Path) -> bool:
    """Tell whether any user may read `path` and pass through every folder above it."""
    try:
        resolved = path.resolve(strict=True)
        open_to_all = resolved.stat().st_mode & 0o004
        return bool(open_to_all) and all(parent.stat().st_mode & 0o001 for parent in resolved.parents)
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python: its program, its version, its prefix, and where on the host the prefix really is."""

    program: Path
    version: tuple[int, int]
    prefix: Path
    source: Path

    @property
    def in_place(self) -> bool:
        """It runs where it is, without a mount."""
        return self.prefix == self.source


@dataclass(frozen=True)
class Runtime:
    """A built runtime; `folder` is on the host and is lent as `/runtime`."""

    folder: Path
    interpreter: Interpreter

    @classmethod
    def ready(cls) -> "Runtime":
        """The runtime of this version of everything in it, built if it is not there yet.

        Raises:
            SandboxError: no suitable Python, or the cache can't be written.
        """
        cache = cache_folder()
        interpreter = _interpreter(cache)
        folder = cache / f"runtime-{_digest(interpreter)}"
        if not folder.is_dir():
            publish(folder, lambda place: _build(place, interpreter))
        return cls(folder, interpreter)

    @cached_property
    def site_packages(self) -> str:
        """Folder of the packages, relative to the runtime."""
        return _site_packages(self.interpreter)


def _site_packages(interpreter: Interpreter) -> str:
    return "lib/python{}.{}/site-packages".format(*interpreter.version)


def _digest(interpreter: Interpreter) -> str:
    parts = [interpreter.program, interpreter.program.stat().st_mtime_ns, interpreter.version]
    parts += [(name, importlib.metadata.version(name)) for name in packages()]
    parts += [Path(launcher.__file__).read_bytes(), Path(__file__).read_bytes()]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def publish(folder: Path, build: Callable[[Path], object]) -> None:
    """Build beside `folder` and move it there in one step; who comes second throws its own away."""
    place = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        place.chmod(0o755)
        build(place)
        with contextlib.suppress(OSError):
            place.rename(folder)
        if not folder.is_dir():
            raise SandboxError(f"{folder} can't be written")
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxError(f"the sandbox's Python can't be built in {folder.parent}: {error}") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def package_files() -> Iterator[tuple[PurePosixPath, Path]]:
    """Every file of the packages, as a relative path and where it is now."""
    for name in packages():
        for file in importlib.metadata.files(name) or ():
            path = PurePosixPath(file)
            if ".." not in path.parts and path.suffix != ".pyc":
                yield path, Path(str(file.locate()))


def _build(place: Path, interpreter: Interpreter) -> None:
    site = place / _site_packages(interpreter)
    site.mkdir(parents=True)
    (place / "bin").mkdir()
    for name in ("python3", "python"):
        (place / "bin" / name).symlink_to(interpreter.program)
    version = "{}.{}".format(*interpreter.version)
    (place / "pyvenv.cfg").write_text(
        f"home = {interpreter.program.parent}\ninclude-system-site-packages = false\nversion = {version}\n"
    )
    for path, source in package_files():
        target = site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    shutil.copyfile(launcher.__file__, place / "launcher.py")
    # Inside nothing may be written, so all is compiled now, by the interpreter that will run it.
    program = interpreter.source / interpreter.program.relative_to(interpreter.prefix)
    compiled = "import py_compile; py_compile.compile('launcher.py', 'launcher.pyc', doraise=True)"
    for arguments in (
        ["-c", compiled],
        ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(site)],
    ):
        subprocess.run(
            [program, "-I", "-S", *arguments], cwd=place, check=True, capture_output=True, timeout=300
        )


def _interpreter(cache: Path) -> Interpreter:
    """The first Python that suits: our own where it is, the system's, or a copy of our own."""
    prefix = Path(os.path.realpath(sys.base_prefix))
    own = Interpreter(Path(os.path.realpath(sys.executable)), sys.version_info[:2], prefix, prefix)
    if not is_host_root() or reachable(own.program):
        return own
    system = Path("/usr/bin/python3")
    version = _version(system)
    if version is not None and version >= OLDEST:
        return Interpreter(system.resolve(), version, Path("/usr"), Path("/usr"))
    name = hashlib.sha256(f"{prefix}{sys.version}".encode()).hexdigest()[:16]
    copy = cache / f"python-{name}"
    if not copy.is_dir():
        publish(
            copy,
            lambda place: shutil.copytree(
                prefix, place, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*_LEFT_OUT)
            ),
        )
    return Interpreter(own.program, own.version, prefix, copy)


def _version(program: Path) -> tuple[int, int] | None:
    show = "import sys, json, unittest; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([program, "-I", "-c", show], capture_output=True, check=True, timeout=30)
        major, minor = map(int, done.stdout.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return major, minor
