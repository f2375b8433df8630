"""Time of one order in bubblewrap against the bare `bwrap` command, both with a Python inside.

`python tests/perf/sandbox_round.py`; exits 1 past a target.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from sandbox.base import Folder, Order
from sandbox.bubblewrap import BubblewrapSandbox, bwrap_program
from sandbox.runtime import cache_folder
from sandbox.tree import Tree

TARGET_RATIO = 2.0
TARGET_FILES_MS = 60.0
ROUNDS = 30
BARE = (
    *("--unshare-all", "--die-with-parent", "--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"),
    *("--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"),
    *("/usr/bin/python3", "-c", "pass"),
)


def milliseconds(work: Callable[[], object]) -> float:
    """The median of `ROUNDS` calls."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main() -> int:
    """Measure, print, compare with the targets."""
    sandbox = BubblewrapSandbox()
    tree = Tree({f"part{n % 10}/module{n}.py": b"value = 1\n" * 100 for n in range(300)})
    there_and_back = Folder(tree, writable=True, collect=True)
    command = [bwrap_program(cache_folder()), *BARE]
    bare = milliseconds(lambda: subprocess.run(command, check=True))
    order = milliseconds(lambda: sandbox.run(Order(command=("/bin/true",))))
    files = milliseconds(
        lambda: sandbox.run(Order(command=("/bin/true",), folders={"/workspace": there_and_back}))
    )
    print(f"bare bwrap with python  {bare:6.1f} ms")
    print(f"order of `true`         {order:6.1f} ms  {order / bare:.2f} x bare, target {TARGET_RATIO}")
    print(f"300 files in and back   {files:6.1f} ms  target {TARGET_FILES_MS}")
    return int(order > TARGET_RATIO * bare or files > TARGET_FILES_MS)


if __name__ == "__main__":
    sys.exit(main())
