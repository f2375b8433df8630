"""Asks a program of ours that runs in a process of its own: JSON on its stdin, JSON on its stdout."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any


class Broken(Exception):
    """The program ended without an answer; the message is the last that it said."""


def answered(
    program: ModuleType,
    inquiry: Mapping[str, Any],
    place: Path,
    seconds: float,
    environment: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """What `program`, run in the folder `place`, answers.

    Raises:
        subprocess.TimeoutExpired: it did not come to an end.
        Broken: it gave no answer.
    """
    done = subprocess.run(
        [sys.executable, "-I", str(program.__file__)],
        cwd=place,
        env=environment,
        input=json.dumps(inquiry).encode(),
        capture_output=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise Broken(" ".join(said)[:300])
    answer: Mapping[str, Any] = json.loads(done.stdout)
    return answer
