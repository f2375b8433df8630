"""An agent evolved on defects in one package, scored beside the seed agent on defects in another.

`transfer.py [--tasks N] [--evaluations N] [--folder PATH] [--trained PACKAGE] [--other PACKAGE]` makes both
suites with `dgm tasks make inject`, evolves the offline agent on the search tasks of the first, and prints
`dgm bench` of seed agent and champion on what was held out of the first and on all of the second: n, rates,
intervals, paired differences. Needs the network for the packages, and bubblewrap. What is done is kept: the
same command goes on where it stopped.
"""

import argparse
import subprocess
import sys
from pathlib import Path

TRAINED, OTHER = "sqlparse==0.5.0", "click==8.1.3"
"""Neither is in `sealed`, and nothing in the playbook was tried on them."""
ON = ("--set", "sandbox.backend=bubblewrap")


def main() -> None:
    """Make, evolve, score."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, default=60, help="of each package")
    parser.add_argument("--evaluations", type=int, default=120, help="of the run")
    parser.add_argument("--trained", default=TRAINED, help="the package to evolve on")
    parser.add_argument("--other", default=OTHER, help="the package that only scores")
    parser.add_argument("--folder", type=Path, default=Path("runs/transfer"))
    asked = parser.parse_args()
    trained, other = (
        suite(package, asked.tasks, asked.folder, shares)
        for package, shares in (
            (asked.trained, ("search=1", "held_out=1")),
            (asked.other, ("held_out=1",)),
        )
    )
    run = asked.folder / "run"
    if run.exists():
        dgm("resume", run)
    else:
        dgm("run", "--run", run, "--suite", trained, "--set", f"budget.evaluations={asked.evaluations}", *ON)
    dgm("bench", "seed", run, "--suite", f"{trained},{other}", "--folder", asked.folder / "bench", *ON)


def suite(package: str, count: int, folder: Path, shares: tuple[str, ...]) -> Path:
    """The folder of a package's tasks, in splits of these shares."""
    place = folder / package.partition("==")[0]
    if not (place / "dgm.json").exists():
        words = ("--repo", package, "--count", count, "--seed", 1, "--sandbox", "bubblewrap")
        dgm("tasks", "make", "inject", *words, "--to", place)
        dgm("tasks", "split", place, "--seed", 1, *(word for share in shares for word in ("--share", share)))
    return place


def dgm(*words: object) -> None:
    """Carry out a command, as a user would."""
    subprocess.run([sys.executable, "-m", "dgm", *map(str, words)], check=True)


if __name__ == "__main__":
    main()
