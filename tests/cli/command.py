"""The command line as a user runs it."""

import subprocess
import sys
from pathlib import Path

from tests.without_engine import environment

ROOT = Path(__file__).resolve().parents[2]


def dgm(*words: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dgm", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        input=stdin,
        env=environment(),
    )


def complaint(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line that was told."""
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("dgm: ")
    assert done.stderr.count("\n") == 1
    return done.stderr
