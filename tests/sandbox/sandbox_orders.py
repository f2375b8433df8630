"""Orders that many tests give, and how they look at what is left of them."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from sandbox.base import Exit, Folder, Limits, Order, Sandbox
from sandbox.tree import Tree


def python(sandbox: Sandbox, source: str, *arguments: str, tree: Tree | None = None, **limits: float) -> Exit:
    """Run Python source in /workspace, which comes back."""
    bounds = {"wall_seconds": 20.0, **limits}
    return sandbox.run(
        Order(
            command=(sandbox.python, "-c", source, *arguments),
            folders={"/workspace": Folder(tree or Tree(), writable=True, collect=True)},
            cwd="/workspace",
            environment={"WORKSPACE": "/workspace"},
            limits=Limits(**bounds),  # type: ignore[arg-type]
        )
    )


def new_mark() -> str:
    """A word to put on a command line, to find its processes by."""
    return f"mark{os.urandom(8).hex()}"


def alive(mark: str) -> list[int]:
    """Processes of this machine whose command line holds `mark`."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def running(pid: int) -> bool:
    """Tell whether a process runs; one that only waits for init to bury it does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False


def below(pid: int) -> list[int]:
    """Every descendant of a process."""
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += [int(one) for one in task.read_text().split()]
        except OSError:
            continue
    return children + [deeper for child in children for deeper in below(child)]


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; tells whether it came true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False
