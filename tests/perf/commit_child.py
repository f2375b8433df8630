"""Time to commit a child of 30 files, with fsync and without, against git's own porcelain doing the same.

`python tests/perf/commit_child.py [FOLDER]`; exits 1 past the target. FOLDER chooses the disk.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archive.disk import DiskArchive
from archive.events import Born
from sandbox.tree import Tree

TARGET_MS = 15.0
ROUNDS = 40


def child(number: int) -> Tree:
    """30 files of 2 KiB, three of them this child's own."""
    files = {f"agent/part_{place}.py": b"value = %d\n" % place * 180 for place in range(30)}
    return Tree(files | {f"agent/part_{place}.py": b"value = %d\n" % number * 180 for place in range(3)})


def milliseconds(work: Callable[[int], object]) -> float:
    """The median of `ROUNDS` calls."""
    times = []
    for number in range(1, ROUNDS + 1):
        start = time.perf_counter()
        work(number)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def ours(folder: Path) -> float:
    with DiskArchive.create(folder, 0) as archive:
        seed = child(0)
        root = archive.commit(0, (), seed, "seed", 0)
        archive.record(Born(0, root, 0, (), seed.hash, archive.put(b"s")))
        return milliseconds(lambda number: archive.commit(number, (root,), child(number), "child", number))


def porcelain(folder: Path) -> float:
    """`git add` and `git commit` of the same children in a work tree."""
    environment = os.environ | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    who = ["-c", "user.name=dgm", "-c", "user.email=dgm@localhost", "-c", "core.fsync=all"]

    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", *who, *arguments], cwd=folder, env=environment, check=True, capture_output=True
        )

    def commit(number: int) -> None:
        for path, file in child(number).items():
            (folder / path).write_bytes(file.data)
        git("add", "-A")
        git("commit", "-q", "-m", "child")

    (folder / "agent").mkdir(parents=True)
    git("init", "-q")
    commit(0)
    return milliseconds(commit)


def main() -> int:
    """Print the figures; 1 if the target was missed."""
    where = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(dir=where) as name:
        synced, baseline = ours(Path(name, "synced")), porcelain(Path(name, "porcelain"))
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        unsynced = ours(Path(name, "unsynced"))
    print(
        f"commit a child of 30 files: {synced:.1f} ms with fsync, {unsynced:.1f} ms in memory (fsync is free)"
    )
    print(f"ratio to `git add` + `git commit` with fsync ({baseline:.1f} ms): {synced / baseline:.2f}")
    return 0 if synced <= TARGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
