"""Mean and variance of numbers that come in parts, exact and in flat memory."""

import numpy as np


class Moments:
    """The mean and the variance over some axes, gathered part by part in float64.

    Two parts are joined by the formula of Chan, Golub and LeVeque (1979), so nothing is lost by cancellation, and the
    same parts give the same bits.
    """

    def __init__(self, kept: tuple[int, ...]) -> None:
        """kept: the axes, counted from 0, that have a mean each; all others are averaged over."""
        self.kept = kept
        self.count = 0
        self.mean: np.ndarray = np.zeros(())
        self.squares: np.ndarray = np.zeros(())  # of the differences from the mean, their sum

    def add(self, part: np.ndarray) -> None:
        """One more part, of any number of rows but none."""
        sizes = [part.shape[axis] for axis in self.kept]
        values = np.moveaxis(part, self.kept, range(-len(self.kept), 0)).reshape(-1, *sizes)
        count, mean = len(values), values.mean(axis=0, dtype=np.float64)
        away = values - mean
        away *= away
        step, total = mean - self.mean, self.count + count
        self.squares = self.squares + away.sum(axis=0) + step**2 * (self.count * count / total)
        self.mean = self.mean + step * (count / total)
        self.count = total

    @property
    def variance(self) -> np.ndarray:
        """The mean squared difference from the mean."""
        return np.asarray(self.squares / self.count)
