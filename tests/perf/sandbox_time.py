"""Time of one order in each sandbox that isolates, against the bare commands `bwrap` and `docker run --rm`.

`python tests/perf/sandbox_time.py [bubblewrap] [docker]`; exits 1 past a target.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from sandbox.base import Folder, Order
from sandbox.bubblewrap import BubblewrapSandbox, bwrap_program
from sandbox.container import DockerSandbox
from sandbox.runtime import cache_folder
from sandbox.tree import Tree

ROUNDS = 30
TRUE = Order(command=("/bin/true",))
FILES = Tree({f"part{n % 10}/module{n}.py": b"value = 1\n" * 100 for n in range(300)})
WITH_FILES = Order(command=("/bin/true",), folders={"/workspace": Folder(FILES, writable=True, collect=True)})
BARE_BWRAP = (
    *("--unshare-all", "--die-with-parent", "--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"),
    *("--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"),
    *("/usr/bin/python3", "-c", "pass"),
)


def milliseconds(*works: Callable[[], object], settle: Callable[[], object] = lambda: None) -> list[float]:
    """Medians of `ROUNDS` calls of each, in turns so that a busy machine is the same to all.

    `settle` is called before each, so that nobody pays for what another left running.
    """
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, taken in zip(works, times, strict=True):
            settle()
            start = time.perf_counter()
            work()
            taken.append((time.perf_counter() - start) * 1000)
    return [statistics.median(each) for each in times]


def told(what: str, took: float, bare: float, target: float) -> bool:
    """Print one line; tells whether the target is missed."""
    ratio = took / bare
    missed = ratio > target
    print(f"{what:34} {took:7.1f} ms  {ratio:5.2f} x  target {target} x{'  MISSED' if missed else ''}")
    return missed


def bubblewrap() -> bool:
    """Bubblewrap against `bwrap`, both with a Python inside."""
    command = [bwrap_program(cache_folder()), *BARE_BWRAP]
    with BubblewrapSandbox() as sandbox:
        bare, order, files = milliseconds(
            lambda: subprocess.run(command, check=True),
            lambda: sandbox.run(TRUE),
            lambda: sandbox.run(WITH_FILES),
        )
    print(f"{'bare bwrap with python':34} {bare:7.1f} ms  n={ROUNDS}")
    missed = told("bubblewrap, true", order, bare, 2.0)
    print(f"{'bubblewrap, 300 files in and back':34} {files:7.1f} ms  target 60 ms")
    return missed or files > 60


def docker() -> bool:
    """Docker against `docker run --rm`, cold until the container is gone, and from the warm pool."""
    with DockerSandbox(ahead=0) as cold, DockerSandbox(ahead=2) as pooled:
        command = ["docker", "run", "--rm", "--network", "none", cold.versions["image"], "true"]

        def until_gone() -> None:
            cold.run(TRUE)
            cold._fleet.await_gone()

        def settle() -> None:
            pooled._fleet.await_gone()
            while not any(pooled._pool._ready.values()):
                time.sleep(0.01)

        for _ in range(2):
            pooled.run(TRUE)
        bare, order, warm = milliseconds(
            lambda: subprocess.run(command, check=True),
            until_gone,
            lambda: pooled.run(TRUE),
            settle=settle,
        )
    print(f"{'docker run --rm':34} {bare:7.1f} ms  n={ROUNDS}")
    missed = told("docker, true, until it is gone", order, bare, 1.2)
    return told("docker, true, from the pool", warm, bare, 0.4) or missed


def main(names: list[str]) -> int:
    """Measure, print, compare with the targets."""
    known = {"bubblewrap": bubblewrap, "docker": docker}
    missed = [known[name]() for name in names or known]
    return int(any(missed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
