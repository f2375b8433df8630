"""Each entry of the playbook alone on the seed agent: what changes on the held-out tasks of `kata`.

Prints a line an entry: resolved of n, and the paired difference to the seed agent with its 95 % interval
(Newcombe). 29 entries, 60 tasks: about twenty minutes on two cores.
"""

import sys
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from numpy.random import PCG64, Generator

from benchmarks.grade import grade
from benchmarks.registry import open_suite
from benchmarks.task import Task
from dgm.assignments import terms_of
from dgm.gateway import Gateway, Unbounded
from dgm.givens import seed_tree
from dgm.models.registry import open_model
from dgm.paired import Paired
from dgm.playbook import PLAYBOOK, Entry
from dgm.run_toml import read
from dgm.session import Session
from dgm.worker import work
from sandbox.base import Sandbox
from sandbox.registry import open_sandbox
from sandbox.tree import Tree

CONFIG = read()
SEED = seed_tree(CONFIG)


def edited(entry: Entry) -> Tree:
    """The seed agent with one entry applied, its draws made from seed 0."""
    sources = {path: SEED.text(path) for path in SEED if path.endswith(".py")}
    changed = entry.edit(sources, Generator(PCG64(0)))
    return SEED.overlaid({path: text.encode() for path, text in changed.items()})


def resolved(agent: Tree, tasks: Sequence[Task], sandbox: Sandbox, session: Session) -> Collection[str]:
    """The ids of the `tasks` that `agent` resolves with the offline model, on the default terms."""
    model, terms = open_model("offline"), terms_of(CONFIG, CONFIG.solve, 0, "offline")

    def attempt(task: Task) -> bool:
        ran = session.solve(agent, task.repository, task.issue, {"id": task.id}, model, terms, Unbounded())
        return grade(task, work(task.repository, ran.after), sandbox).verdict == "resolved"

    with ThreadPoolExecutor(CONFIG.workers) as pool:
        won = list(pool.map(attempt, tasks))
    return {task.id for task, one in zip(tasks, won, strict=True) if one}


def main() -> None:
    """Measure the seed agent, then each entry, or those named on the command line."""
    entries = [entry for entry in PLAYBOOK if not sys.argv[1:] or entry.name in sys.argv[1:]]
    tasks = open_suite(CONFIG.suite.name).split("held_out")
    n = len(tasks)
    with open_sandbox("auto", trusted=True) as sandbox, Gateway() as gateway:
        session = Session(sandbox, gateway)
        base = resolved(SEED, tasks, sandbox, session)
        print(f"seed agent: {len(base)}/{n}", flush=True)
        for entry in entries:
            won = resolved(edited(entry), tasks, sandbox, session)
            paired = Paired.of([task.id for task in tasks], won, base)
            low, high = paired.interval()
            told = (
                f"{len(won)}/{n}  {paired.difference:+.3f} [{low:+.3f}, {high:+.3f}]  expected: {entry.helps}"
            )
            print(f"{entry.name:<22} {told}", flush=True)


if __name__ == "__main__":
    main()
