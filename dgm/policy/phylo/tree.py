"""Exact sums over a tree of agents whose hidden states lie on a grid.

The up-down algorithm of hidden Markov trees (Crouse, Nowak, Baraniuk 1998, IEEE Trans. Signal Processing
46:886), for all hypotheses and all agents of a depth at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class Steps:
    """How a child's state follows from its parent's; states are (drift, ability) under each hypothesis.

    `ability[k, d, g, h]`: from ability g to h, given the parent's drift d; `drift[k, d, e]`: from d to e.
    """

    ability: Floats
    drift: Floats

    def backward(self, told: Floats) -> Floats:
        """What `told[n, k, e, h]` of children's states tells of their parents' states."""
        mixed = self.drift @ told
        return np.asarray((self.ability @ mixed.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2))

    def forward(self, parents: Floats) -> Floats:
        """The distribution of children's states, given that of their parents' states."""
        moved = parents.transpose(1, 2, 0, 3) @ self.ability
        return np.asarray(self.drift.transpose(0, 2, 1) @ moved.transpose(2, 0, 1, 3))


@dataclass(frozen=True, slots=True)
class Levels:
    """Agents by depth, below the root; within a depth children of one parent stand side by side."""

    parent: NDArray[np.intp]
    depths: Sequence[NDArray[np.intp]]

    @classmethod
    def of(cls, parent: NDArray[np.intp]) -> "Levels":
        """The levels of a tree in which parents come before their children; `parent[0]` is not read."""
        depth = np.zeros(len(parent), dtype=np.intp)
        for agent in range(1, len(parent)):
            depth[agent] = depth[parent[agent]] + 1
        order = np.lexsort((parent, depth))
        cuts = np.flatnonzero(np.diff(depth[order])) + 1
        return cls(parent, np.split(order, cuts)[1:])


def up_down(levels: Levels, root: Floats, steps: Steps, likelihood: Floats) -> tuple[Floats, Floats]:
    """Each agent's posterior `[n, k, d, g]`, and the logarithm of each hypothesis' evidence.

    `root[k, d, g]` is the root's prior, `likelihood[n, g]` each agent's own, at most 1 and up to a factor.
    """
    # Logarithms: a parent of many children would multiply its state away.
    told = np.broadcast_to(np.log(likelihood)[:, None, None, :], (len(likelihood), *root.shape)).copy()
    message, evidence = np.zeros_like(told), np.zeros(len(root))
    for agents in reversed(levels.depths):
        scale = told[agents].max(axis=(2, 3), keepdims=True)
        evidence += scale[:, :, 0, 0].sum(axis=0)
        message[agents] = np.log(steps.backward(np.exp(told[agents] - scale)) + _SMALLEST)
        parents = levels.parent[agents]
        starts = np.flatnonzero(np.diff(parents, prepend=-1))
        told[parents[starts]] += np.add.reduceat(message[agents], starts, axis=0)
    told[0] += np.log(root)
    scale = told.max(axis=(2, 3), keepdims=True)
    state = np.exp(told - scale)
    total = state[0].sum(axis=(1, 2), keepdims=True)
    evidence += np.log(total[:, 0, 0]) + scale[0, :, 0, 0]
    state[0] /= total
    for agents in levels.depths:
        parents = levels.parent[agents]
        # What the parent would be without this child.
        without = state[parents] * np.exp(-message[agents])
        without /= without.sum(axis=(2, 3), keepdims=True)
        state[agents] *= steps.forward(without)
        state[agents] /= state[agents].sum(axis=(2, 3), keepdims=True)
    return state, evidence
