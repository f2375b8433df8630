"""A fixed number of worker threads; each job runs whole in one of them."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

Done = TypeVar("Done")


class Threads(Generic[Done]):
    """Runs up to `workers` jobs at once and hands back those that are done.

    A sandbox dies with the thread that started it, so threads outlive every job given to them.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._running: dict[Future[Done], int] = {}

    @property
    def free(self) -> int:
        """Workers with nothing to do."""
        return self.workers - len(self._running)

    def submit(self, ticket: int, job: Callable[[], Done]) -> None:
        """Start `job` under its ticket's number."""
        self._running[self._pool.submit(job)] = ticket

    def completed(self, timeout_seconds: float) -> Sequence[tuple[int, Future[Done]]]:
        """Jobs that ended, lowest ticket first; waits for one at most `timeout_seconds`."""
        if not self._running:
            time.sleep(timeout_seconds)
        done, _ = wait(self._running, timeout=timeout_seconds, return_when=FIRST_COMPLETED)
        return sorted(((self._running.pop(future), future) for future in done), key=lambda pair: pair[0])

    def close(self) -> None:
        """Wait for what is running, and end the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)
