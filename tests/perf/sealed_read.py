"""Seed agent and champion of a run on the `sealed` split, read once a release: `sealed_read.py RUN`.

Prints what each resolved beside the held-out comparison of the run, whatever it says. Without a run, the seed
agent alone. Needs the network on first use, to fetch the packages.
"""

import sys
from pathlib import Path

from archive.disk import DiskArchive
from benchmarks.registry import open_suite
from dgm.gateway import Gateway
from dgm.paired import Paired
from dgm.report.facts import facts, run_summary
from dgm.session import Session
from sandbox.registry import open_sandbox
from tests.perf.playbook_alone import SEED, resolved


def main() -> None:
    """Attempt every sealed task with both agents."""
    tasks = open_suite("sealed").split("sealed")
    n = len(tasks)
    with open_sandbox("auto") as sandbox, Gateway() as gateway:
        session = Session(sandbox, gateway)
        base = resolved(SEED, tasks, sandbox, session)
        print(f"sealed: seed agent {len(base)}/{n}", flush=True)
        if len(sys.argv) < 2:
            return
        known = facts(DiskArchive.read(Path(sys.argv[1])))
        champion = known.archive.tree(known.agent("champion"))
        won = resolved(champion, tasks, sandbox, session)
    paired = Paired.of([task.id for task in tasks], won, base)
    low, high = paired.interval()
    print(f"sealed: champion {len(won)}/{n}, {paired.difference:+.3f} [{low:+.3f}, {high:+.3f}]")
    print(f"held-out, from the run: {run_summary(known)['held_out']}")


if __name__ == "__main__":
    main()
