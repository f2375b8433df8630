"""Make a Python of the packages in /outfit, beside the image's own: `python3 -I make_outfit.py`.

It is the interpreter that runs this, with the packages before it and those of /runtime, pytest among them,
behind. Runs while an image is built, Python >= 3.9.
"""

import compileall
import os
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

OUTFIT, RUNTIME = Path("/outfit"), Path("/runtime")
PACKAGES = OUTFIT / "packages"
LIBRARY = Path("lib") / "python{}.{}".format(*sys.version_info[:2])
PROOF = "import pytest, sys; print(sys.prefix)"


def main() -> None:
    """Make it, and prove that it starts."""
    program = Path(os.path.realpath(sys.executable))
    (OUTFIT / "bin").mkdir()
    for name in ("python", "python3"):
        (OUTFIT / "bin" / name).symlink_to(program)
    (OUTFIT / "pyvenv.cfg").write_text(f"home = {program.parent}\ninclude-system-site-packages = false\n")
    (OUTFIT / LIBRARY).mkdir(parents=True)
    (OUTFIT / LIBRARY / "site-packages").symlink_to(PACKAGES)
    (PACKAGES / "runtime.pth").write_text(f"{RUNTIME / LIBRARY / 'site-packages'}\n")
    # Where it will run nothing may be written.
    compileall.compile_dir(PACKAGES, quiet=2, workers=0, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    told = subprocess.run(
        [OUTFIT / "bin/python3", "-c", PROOF], check=True, stdout=subprocess.PIPE, env={}
    ).stdout.decode()
    if told.strip() != str(OUTFIT):
        raise SystemExit(f"the interpreter in {OUTFIT} takes itself to be in {told!r}")


if __name__ == "__main__":
    main()
