"""Posterior quantiles and intervals of a solve rate under the uniform prior Beta(1, 1)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def beta_quantile(quantile: float, resolved: ArrayLike, unresolved: ArrayLike) -> NDArray[np.float64]:
    """The `quantile` (0..1) of Beta(1 + resolved, 1 + unresolved), elementwise."""
    from scipy.special import betaincinv

    return np.asarray(betaincinv(1.0 + np.asarray(resolved), 1.0 + np.asarray(unresolved), quantile))


def beta_interval(resolved: int, unresolved: int, level: float = 0.95) -> tuple[float, float]:
    """The central interval of Beta(1 + resolved, 1 + unresolved) that holds `level` of it."""
    tail = (1.0 - level) / 2.0
    low = float(beta_quantile(tail, resolved, unresolved))
    return low, float(beta_quantile(1.0 - tail, resolved, unresolved))
