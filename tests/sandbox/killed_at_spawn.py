"""Kill controllers at random moments around the spawn of their sandbox and count what stays behind.

`python killed_at_spawn.py ROUNDS` prints how many rounds had a sandbox under way, and how many left anything.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from sandbox_orders import below, until

from sandbox.base import Order
from sandbox.bubblewrap import BubblewrapSandbox

WINDOW_SECONDS = 0.025


def in_sessions(leaders: set[int]) -> list[int]:
    """Processes that run in a session or group of one of `leaders`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue
            if fields[0] != b"Z" and leaders & {int(fields[2]), int(fields[3]), int(entry.name)}:
                found.append(int(entry.name))
    return found


def main(rounds: int) -> None:
    """Each round forks a controller, kills it, and looks for what was its."""
    sandbox = BubblewrapSandbox()
    order = Order(command=("/bin/sh", "-c", "setsid sleep 50 & sleep 51"))
    under_way = left = 0
    for _ in range(rounds):
        controller = os.fork()
        if controller == 0:
            sandbox.run(order)
            os._exit(0)
        moment = time.perf_counter() + random.random() * WINDOW_SECONDS
        while time.perf_counter() < moment:
            pass
        os.kill(controller, signal.SIGSTOP)
        leaders = set(below(controller))
        os.kill(controller, signal.SIGKILL)
        os.waitpid(controller, 0)
        under_way += bool(leaders)
        left += not until(lambda leaders=leaders: not in_sessions(leaders), 5)
    print(under_way, left)


if __name__ == "__main__":
    main(int(sys.argv[1]))
