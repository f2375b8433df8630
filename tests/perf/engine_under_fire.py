"""Gradings in parallel while containers are killed at random and the engine is restarted twice.

`python tests/perf/engine_under_fire.py [SECONDS]` (600 by default), on an engine of its own. Every grading
has a known verdict: the gold patch resolves its task, no patch does not. Exits 1 if a verdict is wrong, as it
is where a loss is told as an end of the command's, or if anything is left on the engine.
"""

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

import docker

HERE = Path(__file__).resolve()
sys.path[:1] = [str(HERE.parents[2]), str(HERE.parents[1] / "sandbox")]

from own_engine import OwnEngine, own_engine  # noqa: E402

from benchmarks.grade import grade  # noqa: E402
from benchmarks.kata.suite import Kata  # noqa: E402
from benchmarks.task import Task  # noqa: E402
from sandbox.base import SandboxError  # noqa: E402
from sandbox.container import DockerSandbox  # noqa: E402
from sandbox.engine import Engine  # noqa: E402
from sandbox.images.recipe import current  # noqa: E402
from sandbox.tree import Change, Tree  # noqa: E402

WORKERS = 3
KILL_SECONDS = 2.5
NOTHING = Change(Tree(), frozenset())


class Fire:
    """What the workers share: when to stop, and what they saw."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self.seen: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()

    @property
    def on(self) -> bool:
        return time.monotonic() < self.until


def work(fire: Fire, sandbox: DockerSandbox, tasks: Mapping[str, Task], seed: int) -> None:
    """Grade until the end, each again until there is a verdict."""
    chance = random.Random(seed)
    while fire.on:
        task = tasks[chance.choice(sorted(tasks))]
        gold = chance.random() < 0.5
        while True:
            try:
                verdict = grade(task, task.gold if gold else NOTHING, sandbox).verdict
            except SandboxError as error:
                fire.seen["losses, told as ours and tried again"] += 1
                fire.reasons[str(error)[:60]] += 1
                time.sleep(0.2)
                continue
            break
        fire.seen["right" if (verdict == "resolved") == gold else "WRONG"] += 1


def kill(fire: Fire, engine: OwnEngine) -> None:
    """Kill a container now and then."""
    chance = random.Random(0)
    while fire.on:
        time.sleep(chance.uniform(0, 2 * KILL_SECONDS))
        with suppress(Exception), closing(docker.APIClient(engine.address, version="auto")) as client:
            client.kill(chance.choice(client.containers())["Id"])
            fire.seen["containers killed"] += 1


def main(seconds: float) -> int:
    """Set it going, restart twice, count."""
    tasks = Kata().tasks
    with own_engine() as engine:
        with (
            closing(docker.APIClient(version="auto")) as ours,
            closing(docker.APIClient(engine.address)) as its,
        ):
            list(its.load_image(ours.get_image(current())))
        fire = Fire(seconds)
        with DockerSandbox(Engine(engine.address)) as sandbox:
            threads = [
                threading.Thread(target=work, args=(fire, sandbox, tasks, seed)) for seed in range(WORKERS)
            ]
            threads.append(threading.Thread(target=kill, args=(fire, engine)))
            for thread in threads:
                thread.start()
            for _ in range(2):
                time.sleep(seconds / 3)
                engine.stop()
                time.sleep(2)
                engine.start()
                fire.seen["restarts"] += 1
            for thread in threads:
                thread.join()
        with closing(docker.APIClient(engine.address, version="auto")) as client:
            left = len(client.containers(all=True))
    for what, count in sorted({**fire.seen, "left on the engine": left}.items()):
        print(f"{count:6} {what}")
    for reason, count in fire.reasons.most_common():
        print(f"{count:6}   {reason}")
    return int(bool(fire.seen["WRONG"] or left) or not fire.seen["right"])


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 600))
