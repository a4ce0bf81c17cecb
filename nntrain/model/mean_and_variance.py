"""Mean and variance of numbers that come in parts, in float64 and in constant memory."""

import math

import numpy as np

_AT_ONCE = 1 << 17  # numbers, so that a megabyte of float64 stays in the processor's cache: twice as fast


class Moments:
    """The mean and the variance over some axes, updated part by part in float64.

    Two parts are joined by the formula of Chan, Golub and LeVeque (1979), which does not cancel; the same parts give
    the same bits.
    """

    def __init__(self, kept: tuple[int, ...]) -> None:
        """kept: the axes, counted from 0, that keep their means; the others are averaged over."""
        self.kept = kept
        self.count = 0
        self.mean: np.ndarray = np.zeros(())
        self.squares: np.ndarray = np.zeros(())  # the sum of squared differences from the mean

    @property
    def variance(self) -> np.ndarray:
        """The population variance: the mean squared difference from the mean."""
        return np.asarray(self.squares / self.count)

    @property
    def squared_scale(self) -> np.ndarray:
        """The variance, and 1 for numbers that are all equal, as in scikit-learn's StandardScaler.

        They count as equal where their variance is within the bound of its rounding error (scikit-learn's
        `_is_constant_feature`, after Chan, Golub and LeVeque).
        """
        rounding = self.count * np.finfo(np.float64).eps
        constant = self.variance <= rounding * self.variance + (rounding * self.mean) ** 2
        return np.where(constant, 1.0, self.variance)

    def add(self, part: np.ndarray) -> None:
        """Add a part: an array of real numbers with the kept axes in these places."""
        sizes = [part.shape[axis] for axis in self.kept]
        values = np.moveaxis(part, self.kept, range(-len(self.kept), 0)).reshape(-1, *sizes)
        rows = max(1, _AT_ONCE // math.prod(sizes))
        for start in range(0, len(values), rows):
            self._join(values[start : start + rows].astype(np.float64))

    def _join(self, values: np.ndarray) -> None:
        """Join (n, ...) float64 values, which are overwritten."""
        count, mean = len(values), values.mean(axis=0)
        values -= mean
        values *= values
        step, total = mean - self.mean, self.count + count
        self.squares = self.squares + values.sum(axis=0) + step**2 * (self.count * count / total)
        self.mean = self.mean + step * (count / total)
        self.count = total
