"""Statistics of the columns of a table, exact and in the memory of a few columns."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nntrain.data.row_file import Examples, chunks

_AT_ONCE = 256 << 20  # bytes of the columns that are read from the disk at once


@dataclass(frozen=True)
class SortedColumn:
    """The values of a column that are not missing: (n,) float32, sorted. Without values every statistic is 0."""

    values: np.ndarray

    @classmethod
    def of(cls, cells: np.ndarray) -> "SortedColumn":
        """Return the column of these cells: (n,) float32, NaN where missing."""
        return cls(np.sort(cells[~np.isnan(cells)]))

    @property
    def is_constant(self) -> bool:
        """Whether all values are equal."""
        return not len(self.values) or bool(self.values[0] == self.values[-1])

    @property
    def mean(self) -> float:
        """The mean, computed in float64."""
        return float(self.values.mean(dtype=np.float64)) if len(self.values) else 0.0

    @property
    def deviation(self) -> float:
        """The population standard deviation, computed in float64."""
        return float(self.values.astype(np.float64).std()) if len(self.values) else 0.0

    @property
    def range(self) -> float:
        """The largest value minus the smallest one."""
        return float(self.values[-1]) - float(self.values[0]) if len(self.values) else 0.0

    def quantile(self, share: float) -> float:
        """Return the quantile of a share from 0 to 1, linear between two values, as NumPy does by default."""
        return float(self.quantiles(np.array([share]))[0])

    def quantiles(self, shares: np.ndarray) -> np.ndarray:
        """Return the (k,) float64 quantiles of (k,) shares."""
        if not len(self.values):
            return np.zeros(len(shares))
        places = shares * (len(self.values) - 1)
        below = np.floor(places).astype(np.int64)
        above = np.minimum(below + 1, len(self.values) - 1)
        low, high = (self.values[index].astype(np.float64) for index in (below, above))
        return np.asarray(low + (high - low) * (places - below))


def columns(x: Examples) -> Iterator[np.ndarray]:
    """Yield the cells of each column, (n,) float32; rows on the disk are read once for as many columns as fit."""
    rows, width = x.shape
    if isinstance(x, np.ndarray):
        yield from (x[:, column] for column in range(width))
        return
    at_once = max(1, _AT_ONCE // max(1, 4 * rows))
    for first in range(0, width, at_once):
        block = np.empty((min(at_once, width - first), rows), np.float32)
        for start, part in chunks(x):
            block[:, start : start + len(part)] = part[:, first : first + at_once].T
        yield from block
