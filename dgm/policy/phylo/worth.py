"""What it is worth to find something out, per evaluation that it costs: the knowledge gradient.

A batch of n outcomes moves an agent's expected skill by a normal variable of known spread; worth is by how
much that is expected to raise the skill of the best, as if agents were independent (Frazier, Powell, Dayanik
2008, SIAM J. Control Optim. 47:2410). One outcome seldom changes who is best, so the batch is the one worth
most per cost (Frazier, Powell 2010, Decision Analysis 7:378), however many evaluations are left.
"""

import numpy as np

from dgm.clades import Counts
from dgm.policy.phylo.tree import Floats

BATCHES = np.array([1, 2, 4, 8, 16, 32])
_LEFT = 0.8
"""Share of an outcome's variance that is left where the task that tells most is attempted."""
_LEAST_VARIANCE = 0.01
_TINY = 1e-9


def of_attempts(mean: Floats, sd: Floats, pending: Counts, left: Counts) -> Floats:
    """`[n]`: the worth of attempts by each agent, whose skill is believed to be mean +- sd.

    `left[n]` attempts it may still have. Who stands alone is held against an equal. Outcomes that are pending
    narrow `sd`, as if told. What they tell may end a batch before its end, so the worth is shared with them:
    else many workers would spend the whole batch at once.
    """
    rival = np.full(len(mean), mean.max())
    if len(mean) > 1:
        rival[mean.argmax()] = np.partition(mean, -2)[-2]
    batches = np.minimum(BATCHES[:, None], np.maximum(left, 1))
    moved = np.sqrt(_told(mean, sd, pending + batches) - _told(mean, sd, pending)) + _TINY
    best = (_surplus(-np.abs(mean - rival), moved) / batches).max(axis=0)
    return np.asarray(best / (1 + pending))


def of_child(mean: float, sd: float, best: float, price: float, left: int) -> float:
    """The worth of a child that is not there yet, costs as much as `price` evaluations, and may have `left`.

    Its skill is believed to be mean +- sd, the best agent's to be `best`.
    """
    batches = np.minimum(BATCHES, left)
    moved = np.sqrt(_told(np.array(mean), np.array(sd), batches)) + _TINY
    return float((_surplus(np.array(mean - best), moved) / (batches + price)).max())


def _told(mean: Floats, sd: Floats, outcomes: Counts) -> Floats:
    """The variance of the expected skill after so many outcomes, as foreseen before them."""
    noise = np.maximum(mean * (1 - mean), _LEAST_VARIANCE) * _LEFT
    return np.asarray(sd**4 * outcomes / (sd**2 * outcomes + noise))


def _surplus(lead: Floats, sd: Floats) -> Floats:
    """The expected positive part of a normal variable."""
    from scipy.special import ndtr

    z = lead / sd
    return np.asarray(sd * (z * ndtr(z) + np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)))
