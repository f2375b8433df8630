"""Many plays at once, in processes of their own; each policy meets the same worlds."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from dgm.policy import POLICIES, Settings
from dgm.simulate import Result, play
from dgm.simulation.families import Split, world


@dataclass(frozen=True, slots=True)
class Entry:
    """One play to be: a policy's name, in one world of a family, which is also its run seed."""

    policy: str
    family: str
    split: Split
    index: int
    evaluations: int
    workers: int = 1
    merge_share: float = 0.0

    def carry_out(self) -> Result:
        """Play it."""
        place = world(self.family, self.split, self.index)
        policy = POLICIES[self.policy](Settings(merge_share=self.merge_share))
        return play(place, policy, self.evaluations, self.index, self.workers)


def contest(entries: Sequence[Entry], processes: int) -> Iterator[tuple[Entry, Result]]:
    """Each entry with its result, in the order in which they are done."""
    # Numbers here are too small to share among threads; new processes read this before numpy does.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context) as pool:
        playing = {pool.submit(entry.carry_out): entry for entry in entries}
        try:
            for done in as_completed(playing):
                yield playing[done], done.result()
        finally:
            pool.shutdown(cancel_futures=True)
