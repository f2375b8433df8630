"""What this machine can do for a run, found out by trying."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from archive.base import ArchiveError
from archive.git_program import git
from benchmarks.polyglot.grading import toolchain_works
from benchmarks.polyglot.languages import LANGUAGES
from sandbox.base import Sandbox, SandboxError
from sandbox.cgroup import Cgroups
from sandbox.engine import Engine
from sandbox.images.recipe import current
from sandbox.registry import BACKENDS, ISOLATING, open_sandbox
from sandbox.runtime import Runtime, cache_folder

LOW_DISK = 2 * 2**30


def machine(runs: Path, backends: Mapping[str, Callable[[], Sandbox]] = BACKENDS) -> dict[str, Any]:
    """Facts ready for JSON; what is missing is told with its cause and mend, and never raises."""
    sandboxes = {name: _tried(name, backends) for name in backends}
    return {
        "isolates": any(_isolates(found) for found in sandboxes.values()),
        "programs": {
            "python": _told(lambda: f"{platform.python_version()} at {sys.executable}"),
            "git": _told(lambda: git(("-C", "/"), "version").decode().strip().removeprefix("git version ")),
            "sandbox python": _told(_runtime),
            "control groups": _told(_cgroups),
            "container engine": _told(_engine),
        },
        "system": f"{platform.platform()}, uid {os.geteuid()}, {os.cpu_count()} processors",
        "disk": {"runs": _disk(runs), "cache": _disk_of_cache(), **_disk_of_engine()},
        "sandboxes": sandboxes,
    }


def _tried(name: str, backends: Mapping[str, Callable[[], Sandbox]]) -> dict[str, Any]:
    """Whether a backend works, with each of its promises tried by code that breaks it if it can."""
    facts: dict[str, Any] = {"isolates": name in ISOLATING, "works": False, "fault": None, "promises": {}}
    facts["toolchains"] = {}
    try:
        with open_sandbox(name, backends=backends) as sandbox:
            facts |= {"works": True, "promises": dict(sandbox.enforcement())}
            if facts["isolates"]:
                facts["toolchains"] = {name: toolchain_works(name, sandbox) for name in LANGUAGES}
    except SandboxError as error:
        facts["fault"] = str(error)
    return facts


def _isolates(found: Mapping[str, Any]) -> bool:
    kept = all(
        found["promises"].get(name, "none") != "none" for name in ("network", "host_files", "host_uid")
    )
    return bool(found["isolates"] and found["works"] and kept)


def _told(find: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"works": True, "what": find()}
    except (ArchiveError, SandboxError, OSError) as error:
        return {"works": False, "what": str(error)}


def _runtime() -> str:
    runtime = Runtime.ready()
    major, minor = runtime.interpreter.version
    return f"{major}.{minor} in {runtime.folder}"


def _cgroups() -> str:
    found = Cgroups.found()
    if found is None:
        raise SandboxError(
            "none of our own: memory and processes are watched, not held by the kernel "
            "(a systemd user session or a writable /sys/fs/cgroup gives one)"
        )
    return f"in {', '.join(map(str, found.parents))}"


def _engine() -> str:
    with closing(Engine()) as engine:
        info = engine.info()
        image = engine.image(current())
    digest = "none for agents (dgm image build)" if image is None else str(image["Id"])[:19]
    rootless = any("rootless" in str(option) for option in info.get("SecurityOptions") or ())
    told = (
        f"{info['Version']} at {engine.address}",
        f"storage {info['Driver']}",
        "rootless" if rootless else "not rootless",
        f"cgroup v{info['CgroupVersion']}",
        f"image {digest}",
    )
    return ", ".join(told)


def _disk_of_engine() -> dict[str, Any]:
    """Where a local engine keeps its images and containers."""
    with suppress(SandboxError), closing(Engine()) as engine:
        folder = Path(engine.info()["DockerRootDir"])
        if engine.address.startswith("unix://") and folder.is_dir():
            return {"engine": _disk(folder)}
    return {}


def _disk(folder: Path) -> dict[str, Any]:
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free
    return {"folder": str(folder.absolute()), "free_bytes": free, "low": free < LOW_DISK}


def _disk_of_cache() -> dict[str, Any]:
    try:
        return _disk(cache_folder())
    except SandboxError as error:
        return {"folder": str(error), "free_bytes": 0, "low": True}
