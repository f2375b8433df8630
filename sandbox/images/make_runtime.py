"""Lay out the image's two Pythons, from the one that runs this: `python3 -I make_runtime.py PACKAGES`.

/runtime is the image's own interpreter with the packages beside it. /lent is the same with nothing left to
be asked of where it is mounted (at /runtime, in images of others): it brings its standard library, its shared
libraries and their loader along, by which it is started. Runs while an image is built, Python >= 3.9.
"""

import compileall
import importlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from py_compile import PycInvalidationMode

OWN, LENT = Path("/runtime"), Path("/lent")
VERSION = "python{}.{}".format(*sys.version_info[:2])
FIRST_UID, LAST_UID = 60600, 61183
LEFT_OUT = shutil.ignore_patterns(
    *("test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "pydoc_data"),
    *("site-packages", "dist-packages", "__pycache__", "config-*", "sitecustomize.py", "*.a", "*.o"),
)
START = f"""#!/bin/sh
exec {OWN}/ld.so --library-path {OWN}/lib --argv0 {OWN}/bin/python3 {OWN}/bin/python "$@"
"""
PROOF = "import ctypes, hashlib, json, pytest, socket, sys; print(sys.prefix)"


def main(packages: Path) -> None:
    """Make both, and prove that both start."""
    program = Path(os.path.realpath(sys.executable))
    make_own(program, packages)
    make_lent(program, packages)
    name_users()
    alone = [
        LENT / "ld.so",
        "--library-path",
        LENT / "lib",
        "--argv0",
        LENT / "bin/python3",
        LENT / "bin/python",
    ]
    for command, place in (([OWN / "bin" / "python3"], OWN), (alone, LENT)):
        told = subprocess.run([*command, "-c", PROOF], check=True, stdout=subprocess.PIPE, env={})
        if told.stdout.decode().strip() != str(place):
            raise SystemExit(f"the interpreter in {place} takes itself to be in {told.stdout!r}")


def make_own(program: Path, packages: Path) -> None:
    """The image's interpreter, seeing the packages and none of the image's own."""
    (OWN / "bin").mkdir(parents=True)
    for name in ("python", "python3"):
        (OWN / "bin" / name).symlink_to(program)
    (OWN / "pyvenv.cfg").write_text(f"home = {program.parent}\ninclude-system-site-packages = false\n")
    shutil.copytree(packages, OWN / "lib" / VERSION / "site-packages")
    compile_all(OWN)


def make_lent(program: Path, packages: Path) -> None:
    """A copy of everything the interpreter needs."""
    library = LENT / "lib" / VERSION
    shutil.copytree(sysconfig.get_path("stdlib"), library, ignore=LEFT_OUT)
    shutil.copytree(packages, library / "site-packages")
    # Debian's Python looks for packages under another name.
    (library / "dist-packages").symlink_to("site-packages")
    (LENT / "bin").mkdir()
    shutil.copyfile(program, LENT / "bin" / "python")
    for loaded in shared_libraries(library / "lib-dynload"):
        shutil.copyfile(
            loaded, LENT / ("ld.so" if re.match(r"ld-.*\.so", loaded.name) else f"lib/{loaded.name}")
        )
    (LENT / "bin" / "python3").write_text(START)
    for name in ("ld.so", "bin/python", "bin/python3"):
        (LENT / name).chmod(0o755)
    compile_all(LENT)


def compile_all(place: Path) -> None:
    """Compile now, under the path of later: where it will run nothing may be written."""
    lib, mode = place / "lib" / VERSION, PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(lib, ddir=str(OWN / "lib" / VERSION), quiet=2, invalidation_mode=mode)


def shared_libraries(extensions: Path) -> "list[Path]":
    """Every library that the interpreter and the standard library's own extensions load."""
    for extension in extensions.glob("*.so"):
        try:
            importlib.import_module(extension.name.partition(".")[0])
        except ImportError:
            extension.unlink()
    maps = Path("/proc/self/maps").read_text().splitlines()
    mapped = {Path(line.split(maxsplit=5)[5]) for line in maps if ".so" in line}
    return sorted(path for path in mapped if "lib-dynload" not in path.parts)


def name_users() -> None:
    """Give the uids that sandboxes run under a name, as programs expect of a uid."""
    uids = range(FIRST_UID, LAST_UID + 1)
    for path, line in (
        ("/etc/passwd", "sandbox:x:{0}:{0}::/tmp:/bin/sh\n"),
        ("/etc/group", "sandbox:x:{0}:\n"),
    ):
        with open(path, "a") as file:
            file.writelines(line.format(uid) for uid in uids)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
