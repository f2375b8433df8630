"""Posterior quantiles and intervals of a solve rate, under the uniform prior where no other is given."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Prior:
    """Beta(resolved, unresolved): what is believed of a solve rate before the first attempt."""

    resolved: float = 1.0
    unresolved: float = 1.0


UNIFORM = Prior()


def pooled(resolved: ArrayLike, unresolved: ArrayLike) -> Prior:
    """The prior that weighs as much as the uniform one, around the rate of all attempts together.

    Empirical Bayes (Casella 1985, sec. 2): where few attempts succeed, one success in two says little.
    """
    won, lost = 1.0 + float(np.sum(resolved)), 1.0 + float(np.sum(unresolved))
    return Prior(2.0 * won / (won + lost), 2.0 * lost / (won + lost))


def beta_quantile(
    quantile: float, resolved: ArrayLike, unresolved: ArrayLike, prior: Prior = UNIFORM
) -> NDArray[np.float64]:
    """The `quantile` (0..1) of the posterior, `prior` with the counts added, elementwise."""
    from scipy.special import betaincinv

    a, b = prior.resolved + np.asarray(resolved), prior.unresolved + np.asarray(unresolved)
    return np.asarray(betaincinv(a, b, quantile))


def beta_interval(
    resolved: int, unresolved: int, level: float = 0.95, prior: Prior = UNIFORM
) -> tuple[float, float]:
    """The central interval of the posterior that holds `level` of it."""
    tail = (1.0 - level) / 2.0
    low = float(beta_quantile(tail, resolved, unresolved, prior))
    return low, float(beta_quantile(1.0 - tail, resolved, unresolved, prior))
