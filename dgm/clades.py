"""Own and clade tallies, kept incrementally: a result touches its agent and its agent's ancestors only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tally:
    """Resolved and unresolved outcomes per agent; both arrays are read-only, shape (agents,)."""

    resolved: Counts
    unresolved: Counts

    @property
    def attempted(self) -> Counts:
        """Outcomes of either kind."""
        return self.resolved + self.unresolved


def cmp_estimate(clade: Tally) -> NDArray[np.float64]:
    """Clade metaproductivity: the posterior mean (1+S)/(2+S+F) of each clade's Beta(1+S, 1+F).

    Wang et al. 2025 (arXiv 2510.21614), section 3.3, estimate CMP by the clade's pooled success rate; the
    uniform prior makes it defined, and modest, for a clade without outcomes.
    """
    return (1.0 + clade.resolved) / (2.0 + clade.attempted)


class Clades:
    """Who descends from whom by index, with the four tallies."""

    def __init__(self) -> None:
        self._parents: list[tuple[int, ...]] = []
        self._counts = np.zeros((4, 16), dtype=np.int64)

    def __len__(self) -> int:
        return len(self._parents)

    @property
    def parents(self) -> Sequence[tuple[int, ...]]:
        """Parents of each agent, by index."""
        return self._parents

    @property
    def own(self) -> Tally:
        """Outcomes of each agent itself."""
        return Tally(self._row(0), self._row(1))

    @property
    def clade(self) -> Tally:
        """Outcomes of each agent and all its descendants."""
        return Tally(self._row(2), self._row(3))

    def add(self, parents: Sequence[int]) -> int:
        """Add an agent born from `parents` (known indices); returns its index."""
        index = len(self._parents)
        if any(not 0 <= parent < index for parent in parents):
            raise IndexError(f"agent {index}: unknown parent among {list(parents)}")
        if index == self._counts.shape[1]:
            self._counts = np.concatenate([self._counts, np.zeros_like(self._counts)], axis=1)
        self._parents.append(tuple(parents))
        return index

    def count(self, agent: int, *, resolved: bool) -> None:
        """Count one outcome of `agent`."""
        column = 0 if resolved else 1
        self._counts[column, agent] += 1
        self._counts[column + 2, self.ancestry(agent)] += 1

    def ancestry(self, agent: int) -> list[int]:
        """`agent` and every ancestor, each once."""
        return ancestry(self._parents, agent)

    def _row(self, row: int) -> Counts:
        view = self._counts[row, : len(self._parents)]
        view.flags.writeable = False
        return view


def ancestry(parents: Sequence[tuple[int, ...]], agent: int) -> list[int]:
    """`agent` and every ancestor, each once, however many paths lead there."""
    seen = {agent}
    reached = [agent]
    for index in reached:
        for parent in parents[index]:
            if parent not in seen:
                seen.add(parent)
                reached.append(parent)
    return reached
