"""git's own program: one function runs every git process, apart from the settings of whoever calls it."""

import os
import subprocess
import tempfile
import threading
from collections.abc import Sequence

from archive.base import ArchiveError

DEADLINE_SECONDS = 120.0
MAX_OUTPUT = 260 * 1024 * 1024
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.fsmonitor=false",
    "core.fsync=all",
    "fastimport.unpackLimit=0",
    "gc.auto=0",
    "protocol.allow=never",
)


def _environment() -> dict[str, str]:
    """Nothing of ours reaches git but where to find programs: no GIT_*, no home, no system settings."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/dev/null",
        "XDG_CONFIG_HOME": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def git(where: Sequence[str], *arguments: str, stdin: bytes = b"", failing: bool = False) -> bytes:
    """Run git, the only way this program does; `failing` returns all it said instead of raising.

    `where` names the repository: `--git-dir=FOLDER`, or `-C` and a folder in which git looks for it.

    Raises:
        ArchiveError: git is missing, failed, took longer than two minutes or said too much.
    """
    place = where[-1].removeprefix("--git-dir=")
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    command = ["git", "--no-pager", *where, *settings, *arguments]
    try:
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as complaints:
            given.write(stdin)
            given.seek(0)
            process = subprocess.Popen(
                command,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if failing else complaints,
                env=_environment(),
                cwd="/",
                start_new_session=True,
            )
            output, stopped = _bounded(process)
            complaints.seek(0)
            said = complaints.read(2_000).decode("utf-8", "replace").strip().replace("\n", "; ")
    except FileNotFoundError:
        raise ArchiveError("git is not installed; install it") from None
    except OSError as error:
        raise ArchiveError(f"{place}: git {arguments[0]} can't be run: {error.strerror}") from None
    if stopped:
        raise ArchiveError(f"{place}: git {arguments[0]} ran too long or said too much, and was stopped")
    if process.returncode and not failing:
        raise ArchiveError(f"{place}: git {arguments[0]} failed: {said or f'status {process.returncode}'}")
    return output


def objects(where: Sequence[str], names: Sequence[bytes]) -> list[bytes]:
    """The content of each object, in order; raises as `git` does, and where one is missing."""
    answer = git(where, "cat-file", "--batch", "--buffer", stdin=b"\n".join(names) + b"\n") if names else b""
    contents, place = [], 0
    for name in names:
        end = answer.index(b"\n", place)
        header = answer[place:end].split()
        if len(header) != 3:
            raise ArchiveError(f"object {name.decode()} is missing")
        start, size = end + 1, int(header[2])
        contents.append(answer[start : start + size])
        place = start + size + 1
    return contents


def _bounded(process: subprocess.Popen[bytes]) -> tuple[bytes, bool]:
    """What a process says until it ends, and whether it had to be stopped."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(DEADLINE_SECONDS, stop)
    timer.daemon = True
    timer.start()
    with process:
        assert process.stdout is not None
        output = process.stdout.read(MAX_OUTPUT + 1)
        if len(output) > MAX_OUTPUT:
            stop()
        process.wait()
    timer.cancel()
    return output, late.is_set()
