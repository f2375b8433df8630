"""Source archives of the package index: fetched by pip, held to their SHA-256, read without unpacking."""

import hashlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

from benchmarks.tarred import TarredError, tree_of
from benchmarks.task import SuiteError
from sandbox.runtime import cache_folder
from sandbox.tree import File, Tree, is_junk

_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Sdist:
    """An archive: the package's files without the leading folder, and what its metadata says."""

    tree: Tree
    licence: str
    needs: tuple[str, ...]
    """Requirements that are not those of an extra."""


def archive(name: str, version: str, sha256: str) -> bytes:
    """The archive of that digest, from the cache or else the package index.

    pip refuses other bytes before it runs anything of the package to learn its metadata.

    Raises:
        SuiteError: it can't be fetched, or has another digest.
    """
    folder = cache_folder() / "sdists"
    kept = folder / f"{sha256}.tar.gz"
    if kept.is_file() and hashlib.sha256(data := kept.read_bytes()).hexdigest() == sha256:
        return data
    data = downloaded(f"{name}=={version}", sha256)[1]
    try:
        folder.mkdir(mode=0o755, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(data)
        Path(file.name).replace(kept)
    except OSError as error:
        raise SuiteError(
            f"{kept}: can't be written: {error}; set XDG_CACHE_HOME to one you can write"
        ) from None
    return data


def downloaded(requirement: str, sha256: str | None = None) -> tuple[str, bytes]:
    """File name and bytes of the archive that pip fetches for `requirement`, held to `sha256` if given.

    Raises:
        SuiteError: it can't be fetched, or has another digest.
    """
    with tempfile.TemporaryDirectory() as place:
        wanted = Path(place, "wanted.txt")
        wanted.write_text(requirement + (f" --hash=sha256:{sha256}" if sha256 else "") + "\n")
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
        command += ["--require-hashes"] if sha256 else []
        command += ["-d", str(Path(place, "out")), "-r", str(wanted)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise SuiteError(
                f"{requirement}: not fetched in {_SECONDS} s; is there a way to the package index?"
            ) from None
        if "DO NOT MATCH THE HASHES" in done.stderr:
            raise SuiteError(f"{requirement}: the archive has another SHA-256 than {sha256}; it is refused")
        found = sorted(Path(place, "out").glob("*")) if done.returncode == 0 else []
        if len(found) != 1:
            last = (done.stderr.strip().splitlines() or ["pip gave no archive"])[-1]
            raise SuiteError(
                f"{requirement}: can't be fetched ({last[:200]}); connect once to the package index, "
                "what was fetched is kept"
            )
        data = found[0].read_bytes()
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise SuiteError(f"{requirement}: the archive has another SHA-256 than {sha256}; it is refused")
    return found[0].name, data


def read(data: bytes) -> Sdist:
    """Read an archive's members; links, special files, junk and build metadata are left out.

    Raises:
        SuiteError: it is no gzipped tar, or breaks a bound or a rule for paths.
    """
    try:
        whole = tree_of(data, skip=1)
    except TarredError as error:
        raise SuiteError(str(error)) from None
    metadata = whole.get("PKG-INFO", File(b"")).data
    return _described(whole.where(lambda path: path != "PKG-INFO" and not is_junk(path)), metadata)


def _described(tree: Tree, metadata: bytes) -> Sdist:
    headers = BytesHeaderParser().parsebytes(metadata)
    classified = [line for line in headers.get_all("Classifier", []) if line.startswith("License ::")]
    licence = headers.get("License-Expression") or "; ".join([*classified, str(headers.get("License", ""))])
    needs = (str(line) for line in headers.get_all("Requires-Dist", []))
    return Sdist(
        tree,
        str(licence).strip().partition("\n")[0][:120],
        tuple(line for line in needs if "extra ==" not in line.replace("extra==", "extra ==")),
    )
