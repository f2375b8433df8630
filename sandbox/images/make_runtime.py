"""Lay out a Python that needs nothing of the image it is mounted in, from the one that runs this.

`python3 -I make_runtime.py PACKAGES TARGET`; runs while an image is built, Python >= 3.9. The interpreter is
started through the loader that comes with it, so that neither a C library nor a version of one is asked for.
"""

# ruff: noqa: T201

import compileall
import importlib
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

FIRST_UID, LAST_UID = 60600, 61183
LEFT_OUT = shutil.ignore_patterns(
    "test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "pydoc_data",
    "site-packages", "dist-packages", "__pycache__", "config-*", "sitecustomize.py", "*.a", "*.o",
)  # fmt: skip
LAUNCH = """#!/bin/sh
exec {target}/ld.so --library-path {target}/lib --argv0 {target}/bin/python3 {target}/bin/python "$@"
"""


def main(packages: Path, target: Path) -> None:
    """Copy interpreter, standard library, shared libraries and packages; prove that the copy starts."""
    version = "python{}.{}".format(*sys.version_info[:2])
    library = target / "lib" / version
    shutil.copytree(sysconfig.get_path("stdlib"), library, ignore=LEFT_OUT)
    shutil.copytree(packages, library / "site-packages")
    # Debian's Python looks for packages under another name.
    (library / "dist-packages").symlink_to("site-packages")
    (target / "bin").mkdir()
    shutil.copyfile(os.path.realpath(sys.executable), target / "bin" / "python")
    for loaded in _shared_libraries(library / "lib-dynload"):
        name = "ld.so" if re.match(r"ld-.*\.so", loaded.name) else f"lib/{loaded.name}"
        shutil.copyfile(loaded, target / name)
    (target / "bin" / "python3").write_text(LAUNCH.format(target=target))
    for program in ("ld.so", "bin/python", "bin/python3"):
        (target / program).chmod(0o755)
    compileall.compile_dir(library, quiet=2, force=True, invalidation_mode=_UNCHECKED)
    told = subprocess.run(
        [
            target / "bin" / "python3",
            "-c",
            "import ctypes, hashlib, json, pytest, sys; print(sys.executable)",
        ],
        check=True,
        capture_output=True,
        text=True,
        env={},
    )
    if told.stdout.strip() != f"{target}/bin/python3":
        raise SystemExit(f"the copied interpreter takes itself for {told.stdout}")
    _name_users()
    print(f"{platform.python_version()} in {target}")


_UNCHECKED = compileall.py_compile.PycInvalidationMode.UNCHECKED_HASH  # type: ignore[attr-defined]


def _shared_libraries(extensions: Path) -> "list[Path]":
    """Every library that the interpreter and the standard library's own extensions load."""
    for extension in extensions.glob("*.so"):
        try:
            importlib.import_module(extension.name.partition(".")[0])
        except ImportError:
            extension.unlink()
    mapped = {
        line.split(maxsplit=5)[5]
        for line in Path("/proc/self/maps").read_text().splitlines()
        if ".so" in line
    }
    found = {Path(path.strip()) for path in mapped}
    return sorted(path for path in found if "lib-dynload" not in path.parts)


def _name_users() -> None:
    """Give the uids that sandboxes run under a name, as programs expect of a uid."""
    users = "".join(f"sandbox:x:{uid}:{uid}::/tmp:/bin/sh\n" for uid in range(FIRST_UID, LAST_UID + 1))
    groups = "".join(f"sandbox:x:{uid}:\n" for uid in range(FIRST_UID, LAST_UID + 1))
    for path, lines in (("/etc/passwd", users), ("/etc/group", groups)):
        with open(path, "a") as file:
            file.write(lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
