"""Where the columns of a table go in the output of `TableEncoding`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class TableLayout:
    """sizes: 0 for each column of numbers, k for a category of k values. onehot: the most values that are one-hot.

    marked: the places of the columns whose missing values are known as such. All lists are places of columns.
    """

    sizes: Sequence[int]
    onehot: int
    marked: Sequence[int]

    @property
    def numbers(self) -> list[int]:
        """The columns of numbers."""
        return [place for place, size in enumerate(self.sizes) if size == 0]

    @property
    def indicators(self) -> list[int]:
        """The columns that get one of 0 and 1 for their missing values; a category with embeddings has one for them."""
        return [place for place in self.marked if place not in self.embedded]

    @property
    def pairs(self) -> list[int]:
        """The categories of two values, which become one column of -1 and 1."""
        return [place for place, size in enumerate(self.sizes) if size == 2 and self.onehot >= 2]

    @property
    def expanded(self) -> list[int]:
        """The categories that become a column for each value, which is repeated here for each of them."""
        every = enumerate(self.sizes)
        return [place for place, size in every if 0 < size <= self.onehot and size != 2 for _ in range(size)]

    @property
    def embedded(self) -> list[int]:
        """The categories that have embeddings."""
        return [place for place, size in enumerate(self.sizes) if size > self.onehot]

    @property
    def starts(self) -> list[int]:
        """The first row of each embedded category in the matrix of embeddings, and the number of rows.

        A category has a row for each value, and one more for a missing value where these are known.
        """
        rows = [self.sizes[place] + (place in self.marked) for place in self.embedded]
        return [int(sum(rows[:count])) for count in range(len(rows) + 1)]

    def width(self, embedding_dim: int) -> int:
        """Return the number of columns of the output."""
        plain = (self.numbers, self.indicators, self.pairs, self.expanded)
        return sum(len(places) for places in plain) + len(self.embedded) * embedding_dim

    def sizes_of(self, places: Sequence[int]) -> np.ndarray:
        """Return the number of values of each of these categories: (k,) int32."""
        return np.array([self.sizes[place] for place in places], "int32")

    def codes(self, places: Sequence[int]) -> np.ndarray:
        """Return the place of each value of these categories among the values of all: (Σ sizes,) int32."""
        ends = np.cumsum(self.sizes)
        ranges = [np.arange(ends[place] - self.sizes[place], ends[place]) for place in places]
        return np.concatenate(ranges).astype("int32")
