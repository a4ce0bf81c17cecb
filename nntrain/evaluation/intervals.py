"""What repeated runs say together: the mean, the spread, and how sure the mean is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np


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
            return f"{_figure(self.mean, self.mean)} (n = 1)"
        mean, sd, low, high = (_figure(value, self.mean) for value in (self.mean, self.sd, self.low, self.high))
        return f"{mean} ± {sd} (95 % interval {low} to {high}, n = {self.count})"


def summarize(values: Sequence[float] | np.ndarray) -> Summary:
    """The summary of (n,) values that are independent of each other, such as a score of each seed.

    sd has n - 1 in the denominator; the interval is mean ± t sd / √n with the 97.5 % quantile t of Student's
    distribution with n - 1 degrees of freedom (Student 1908). Raises ValueError when there are no values.
    """
    count = len(values)
    if not count:
        raise ValueError("a summary needs at least one value")
    mean = float(np.mean(values))
    if count == 1:
        return Summary(mean, nan, nan, nan, 1)
    sd = float(np.std(values, ddof=1))
    reach = _student(count - 1) * sd / count**0.5
    return Summary(mean, sd, mean - reach, mean + reach, count)


def _student(degrees: int) -> float:
    """The 97.5 % quantile of Student's t."""
    from scipy.special import stdtrit  # what scipy.stats.t.ppf calls, without the half second that scipy.stats takes

    return float(stdtrit(degrees, 0.975))


def _figure(value: float, mean: float) -> str:
    """Four decimals, which suit a share; one where the mean is large, four significant digits where it is tiny."""
    if abs(mean) >= 1000:
        return f"{value:.1f}"
    return f"{value:.4f}" if mean == 0 or abs(mean) >= 0.01 else f"{value:.4g}"
