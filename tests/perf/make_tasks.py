"""How many verified tasks each maker gives, and in what time: of packages, of a small history, of this one.

`make_tasks.py [releases|inject|history]`; all three without a word. Needs the network for packages, and
bubblewrap.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.registry import open_suite
from sandbox.runtime import MORE
from tests.benchmarks import toy_history

ROOT = Path(__file__).resolve().parents[2]
PAIRS = (
    ("tabulate", "0.8.9", "0.8.10"),
    ("tabulate", "0.8.10", "0.9.0"),
    ("sqlparse", "0.4.3", "0.4.4"),
    ("sqlparse", "0.4.4", "0.5.0"),
    ("parse", "1.20.0", "1.20.1"),
    ("cachetools", "5.2.1", "5.3.0"),
    ("markdown", "3.4.1", "3.4.2"),
    ("markdown", "3.5", "3.5.1"),
    ("toolz", "0.11.2", "0.12.0"),
    ("boltons", "23.0.0", "23.1.0"),
    ("click", "8.1.3", "8.1.4"),
    ("python-slugify", "8.0.1", "8.0.2"),
)
INJECTED, PACKAGE, SECONDS = 50, "toolz==0.12.1", 300.0
SANDBOX = ("--sandbox", "bubblewrap")


def main() -> int:
    """1 if a maker gave fewer than it should, or took longer."""
    makers = {"releases": releases, "inject": inject, "history": history}
    wanted = sys.argv[1:] or list(makers)
    with tempfile.TemporaryDirectory() as place:
        return max(makers[name](Path(place, name)) for name in wanted)


def releases(place: Path) -> int:
    """8 of the 12 pairs have to make a task."""
    for package, old, new in PAIRS:
        made("from-releases", package, old, new, "--to", place)
    kept = count(place)
    print(f"from-releases: {kept} of {len(PAIRS)} pairs", flush=True)
    return int(kept < 8)


def inject(place: Path) -> int:
    """50 tasks of one package in five minutes."""
    load, started = os.getloadavg()[0], time.monotonic()
    made("inject", "--repo", PACKAGE, "--count", INJECTED, "--seed", 1, *SANDBOX, "--to", place)
    seconds = time.monotonic() - started
    kinds = sorted({task.labels["kind"] for task in open_suite(str(place)).tasks.values()})
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    took = f"{seconds:.0f} s, {cpu:.0f} s of cpu; load before {load:.1f}, of {os.cpu_count()} cores"
    print(f"inject: {count(place)} tasks of {PACKAGE} in {took}", flush=True)
    print(f"kinds: {', '.join(kinds)}", flush=True)
    return int(count(place) < INJECTED or seconds > SECONDS)


def history(place: Path) -> int:
    """5 of a small one that is made here, and 3 of this project's own."""
    place.mkdir()
    toy_history.make(place / "toy")
    small, own = place / "of-toy", place / "of-this"
    made("from-history", "--repo", place / "toy", "--to", small)
    # What our own tests import has to be in the sandbox, and Docker's has its image's alone.
    os.environ[MORE] = "pydantic numpy scipy networkx typer hypothesis"
    words = ("--last", 1000, "--count", 3, *SANDBOX)
    made("from-history", "--repo", ROOT, *words, "--to", own)
    print(f"from-history: {count(small)} tasks of a small history, {count(own)} of this project", flush=True)
    return int(count(small) < 5 or count(own) < 3)


def made(*words: object) -> None:
    command: Sequence[str] = [sys.executable, "-m", "dgm", "tasks", "make", *map(str, words)]
    subprocess.run(command, cwd=ROOT, check=False)


def count(place: Path) -> int:
    return len(open_suite(str(place)).tasks) if (place / "tasks").is_dir() else 0


if __name__ == "__main__":
    sys.exit(main())
