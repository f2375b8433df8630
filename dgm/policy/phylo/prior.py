"""What `phylo` holds possible before it sees anything: how a child differs from its parent."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dgm.policy.phylo.tree import Floats, Steps

POINTS = 41
"""Abilities on the grid."""
REACH = 3.6
"""The grid spans this many units either side of the middle."""
GRID = np.linspace(-REACH, REACH, POINTS)
"""Abilities, in units."""
GRID.flags.writeable = False
LOGISTIC_VARIANCE = 2.9
"""Of a Gaussian that is about the logistic distribution (its own is 3.29, with heavier tails)."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way in which children may follow from parents, in units of `unit`."""

    weight: float
    step: float
    step_sd: float
    drift: float
    """States of drift are -1, 0 and 1 times this."""
    broken: float
    kept: float = 1.0
    """1: a child starts from its parent's ability; 0: from the seed agent's."""
    surprise: float = 0.03
    """Share of the children that are much better or worse than the others."""


HYPOTHESES: Sequence[Hypothesis] = (
    Hypothesis(1.0, -0.05, 0.08, 0.0, 0.1),
    Hypothesis(1.0, -0.05, 0.15, 0.06, 0.1),
    Hypothesis(1.0, -0.05, 0.15, 0.12, 0.3),
    Hypothesis(1.0, 0.0, 0.30, 0.0, 0.1),
    Hypothesis(1.0, 0.0, 0.30, 0.15, 0.3),
    Hypothesis(1.0, -0.15, 0.15, 0.0, 0.1),
    Hypothesis(1.0, 0.0, 0.15, 0.0, 0.6),
    Hypothesis(3.0, 0.0, 0.30, 0.0, 0.1, kept=0.0),
    Hypothesis(1.0, -0.12, 0.08, 0.0, 0.15, surprise=0.0),
)
DRIFTS = np.array([-1.0, 0.0, 1.0])
_DRIFT_STAYS = 0.8
_FALL, _FALL_SD = 1.5, 0.8
_SURPRISE_SD = 0.7


def unit(difficulty_sd: float) -> float:
    """Logits in which the mean rate over the tasks is about the standard normal's distribution function."""
    return float(np.sqrt(difficulty_sd**2 + LOGISTIC_VARIANCE))


def root_prior() -> Floats:
    """The seed agent's state `[k, d, g]`: no drift yet, and any ability."""
    prior = np.zeros((len(HYPOTHESES), len(DRIFTS), POINTS))
    spread = np.exp(-0.5 * (GRID / 1.8) ** 2)
    prior[:] = (np.array([0.15, 0.7, 0.15])[:, None] * spread / spread.sum())[None]
    return prior + 1e-12


def steps(seed: float) -> Steps:
    """The transitions; `seed` is the seed agent's ability in units, taken for the next one on the grid."""
    return _steps(int(np.abs(GRID - seed).argmin()))


@cache
def _steps(seed: int) -> Steps:
    ability = np.stack([_ability(each, float(GRID[seed])) for each in HYPOTHESES])
    stays = np.full((3, 3), (1 - _DRIFT_STAYS) / 2)
    np.fill_diagonal(stays, _DRIFT_STAYS)
    return Steps(ability, np.broadcast_to(stays, (len(HYPOTHESES), 3, 3)).copy())


def log_weights() -> Floats:
    """The hypotheses' prior."""
    weight = np.array([each.weight for each in HYPOTHESES])
    return np.asarray(np.log(weight / weight.sum()))


def heritable() -> NDArray[np.bool_]:
    """`[k]`: under which hypotheses a child takes after its parent."""
    return np.array([each.kept > 0 for each in HYPOTHESES])


@cache
def _ability(one: Hypothesis, seed: float) -> Floats:
    """`[d, g, h]`: from ability g to h, given drift d."""
    start = one.kept * GRID + (1 - one.kept) * seed
    mean = start[None, :] + one.step + one.drift * DRIFTS[:, None]
    usual = (1 - one.surprise) * _normal(mean, one.step_sd) + one.surprise * _normal(mean, _SURPRISE_SD)
    return np.asarray((1 - one.broken) * usual + one.broken * _normal(mean - _FALL, _FALL_SD))


def _normal(mean: NDArray[np.float64], sd: float) -> Floats:
    """A normal distribution over the grid for each mean; what lies beyond falls to the ends."""
    from scipy.special import ndtr

    edges = (GRID[1:] + GRID[:-1]) / 2
    below = ndtr((edges - mean[..., None]) / sd)
    padded = np.concatenate([np.zeros_like(mean)[..., None], below, np.ones_like(mean)[..., None]], axis=-1)
    return np.asarray(np.diff(padded, axis=-1) + 1e-12)
