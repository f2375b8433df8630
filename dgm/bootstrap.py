"""Bootstrap over independent units: plays, or run seeds; never agents of one tree."""

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray

RESAMPLES = 2000


def mean_interval(values: NDArray[np.float64], level: float = 0.9) -> tuple[float, float]:
    """Percentile interval (Efron 1979) of the mean of independent values."""
    means = values[resampled(len(values))].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def resampled(size: int, stratum: int = 0) -> NDArray[np.int64]:
    """`[draw, n]`: indices below `size` drawn with replacement, the same each time for a stratum."""
    return Generator(PCG64(SeedSequence([size, stratum]))).integers(size, size=(RESAMPLES, size))
