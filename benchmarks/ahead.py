"""Work on candidates ahead of need, and the results in the candidates' order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Candidate = TypeVar("Candidate")
Result = TypeVar("Result")


def ahead(
    candidates: Iterable[Candidate], work: Callable[[Candidate], Result], workers: int
) -> Generator[tuple[Candidate, Result], None, None]:
    """Each candidate with what `work` gives, in order, `workers` at a time.

    Candidates are drawn when a worker is free, so a filter over them sees what has become of earlier ones.
    Close it to stop before the end.
    """
    drawn = iter(candidates)
    waiting: deque[tuple[Candidate, Future[Result]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            while True:
                while len(waiting) < workers:
                    try:
                        candidate = next(drawn)
                    except StopIteration:
                        break
                    waiting.append((candidate, pool.submit(work, candidate)))
                if not waiting:
                    return
                candidate, job = waiting.popleft()
                yield candidate, job.result()
        finally:
            pool.shutdown(cancel_futures=True)
