"""What a data source gives: examples with their labels or targets, in memory or on the disk."""

from dataclasses import dataclass

import numpy as np

from nntrain.data.row_file import Examples, RowFile


@dataclass(frozen=True)
class Split:
    """x: (n, *shape), uint8 for images, else float32. y: (n,) int32 class indices, or (n, targets) float32."""

    x: Examples
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.x)

    def take(self, rows: np.ndarray) -> "Split":
        """The rows at these positions, in this order."""
        x = self.x.take(rows) if isinstance(self.x, RowFile) else self.x[rows]
        return Split(x, self.y[rows])


@dataclass(frozen=True)
class Rows:
    """What a source loads: the rows to split, and the splits that come as files of their own.

    `classes` are the names of the classes in the order of their indices, empty for a regression; `features` and
    `targets` are the names of columns where the data are a table; `file` and `lines` say where the rows of the pool
    stand, for messages.
    """

    pool: Split
    validation: Split | None = None
    test: Split | None = None
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    file: str = ""
    lines: np.ndarray | None = None  # (n,) the line of each pool row in the file
