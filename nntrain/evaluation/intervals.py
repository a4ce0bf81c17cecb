"""Intervals: how sure the mean of repeated runs is, and the score of a model on a split.

SciPy is imported where it is needed: `fit` imports this module, and scipy.stats takes half a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

RESAMPLES = 2000
_AT_ONCE = 1_000_000  # values drawn at once, 8 MB


@dataclass(frozen=True)
class Summary:
    """`sd` is the sample's standard deviation; `low` to `high` is the 95 % interval of the mean; NaN for one value."""

    mean: float
    sd: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        if self.count == 1:
            return f"{_rounded(self.mean, self.mean)} (n = 1)"
        mean, sd, low, high = (_rounded(value, self.mean) for value in (self.mean, self.sd, self.low, self.high))
        return f"{mean} ± {sd} (95 % interval {low} to {high}, n = {self.count})"


def summarize(values: Sequence[float] | np.ndarray) -> Summary:
    """Return the summary of (n,) independent values, such as the score of each seed.

    sd has n - 1 in the denominator; the interval is mean ± t sd / √n with the 97.5 % quantile t of Student's
    distribution with n - 1 degrees of freedom (Student 1908). Raises ValueError when there are no values.
    """
    from scipy.special import stdtrit  # what scipy.stats.t.ppf calls, without the import of scipy.stats

    count = len(values)
    if not count:
        raise ValueError("a summary needs at least one value")
    mean = float(np.mean(values))
    if count == 1:
        return Summary(mean, nan, nan, nan, 1)
    sd = float(np.std(values, ddof=1))
    margin = float(stdtrit(count - 1, 0.975)) * sd / count**0.5
    return Summary(mean, sd, mean - margin, mean + margin, count)


def _rounded(value: float, mean: float) -> str:
    """Return four decimals, which suit a share; one where the mean is large, four significant digits where tiny."""
    if abs(mean) >= 1000:
        return f"{value:.1f}"
    return f"{value:.4f}" if mean == 0 or abs(mean) >= 0.01 else f"{value:.4g}"


def bootstrap_interval(values: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """Return (low, high), the 95 % percentile bootstrap interval of the mean (Efron 1979), the same for the same seed.

    values: (n,) the score of each example, such as 1 for right and 0 for wrong. Where all values are equal the
    interval is a point, which is too narrow for few examples. It is NaN when a value is not finite.
    """
    from scipy.stats import bootstrap

    values = values.astype(np.float64)
    if not np.isfinite(values).all():
        return nan, nan
    if len(values) == 1:
        return float(values[0]), float(values[0])
    options = {"n_resamples": RESAMPLES, "batch": max(1, _AT_ONCE // len(values)), "method": "percentile"}
    low, high = bootstrap((values,), np.mean, rng=np.random.default_rng(seed), **options).confidence_interval
    return float(low), float(high)
