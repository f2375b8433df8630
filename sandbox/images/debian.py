"""A base image out of Debian's packages, for machines that reach no image registry."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sandbox.base import SandboxError
from sandbox.engine import Engine

PACKAGES = ("python3", "git")
BASE = "dgm-debian"
# In memory and in a mount namespace of its own: quick, and gone however it ends.
_MAKE = """
mount -t tmpfs -o size=2g,mode=0755 dgm /mnt
cd /mnt
"$@" >&2
cd root
rm -rf usr/share/doc usr/share/man usr/share/locale usr/share/info var/cache/* var/lib/apt/lists/*
tar --numeric-owner --exclude='./dev/*' -c .
"""


def debian_base(engine: Engine, sources: Path = Path("/etc/apt")) -> str:
    """Reference of a base image made with debootstrap, as root, unless the engine has it.

    Raises:
        SandboxError: this is no Debian, debootstrap is missing, or a step of it failed.
    """
    suite = _suite()
    reference = f"{BASE}:{suite}"
    if engine.image(reference) is not None:
        return reference
    program = shutil.which("debootstrap", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if program is None:
        raise SandboxError("debootstrap is missing; mend: apt-get install debootstrap")
    if os.geteuid() != 0:
        raise SandboxError("debootstrap needs root; mend: run this command as root once")
    include = f"--include={','.join(PACKAGES)}"
    command = (program, "--variant=minbase", include, suite, "root", mirror(sources, suite))
    with tempfile.TemporaryFile() as told:
        with subprocess.Popen(
            ["unshare", "--mount", "sh", "-ec", _MAKE, "sh", *command], stdout=subprocess.PIPE, stderr=told
        ) as making:
            if making.stdout is None:
                raise SandboxError("debootstrap was started without a pipe")
            imported = engine.import_image(making.stdout, BASE, suite)
        if making.returncode or engine.image(reference) is None:
            engine.remove_image(reference)
            told.seek(0)
            said = told.read().decode("utf-8", "replace").strip().splitlines()[-3:]
            raise SandboxError(f"no base could be made: {' / '.join([*said, imported[-200:]])}")
    return reference


def _suite() -> str:
    release = Path("/etc/os-release")
    lines = release.read_text().splitlines() if release.exists() else []
    known = dict(line.partition("=")[::2] for line in lines)
    if known.get("ID", "").strip('"') != "debian" or "VERSION_CODENAME" not in known:
        raise SandboxError(
            "--from-debian works on Debian only; mend: `dgm image build` where a registry is reached"
        )
    return known["VERSION_CODENAME"].strip('"')


def mirror(sources: Path, suite: str) -> str:
    """The mirror that this machine's own package manager takes `suite` from."""
    for address, suites in (*_stanzas(sources), *_lines(sources)):
        if suite in suites:
            return address
    raise SandboxError(f"no source of {suite} in {sources}; mend: add a deb line for it")


def _stanzas(sources: Path) -> Iterator[tuple[str, list[str]]]:
    for file in sorted(sources.glob("sources.list.d/*.sources")):
        for stanza in re.split(r"\n\s*\n", file.read_text()):
            fields = dict(re.findall(r"^([A-Za-z-]+):[ \t]*(.*)$", stanza, re.MULTILINE))
            if "main" in fields.get("Components", "").split() and fields.get("URIs"):
                yield fields["URIs"].split()[0], fields.get("Suites", "").split()


def _lines(sources: Path) -> Iterator[tuple[str, list[str]]]:
    for file in (sources / "sources.list", *sorted(sources.glob("sources.list.d/*.list"))):
        for line in file.read_text().splitlines() if file.exists() else ():
            found = re.match(r"\s*deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)", line)
            if found and "main" in found[3].split():
                yield found[1], [found[2]]
