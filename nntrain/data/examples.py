"""What a data source gives: examples with their labels or targets, in memory or on the disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nntrain.config.data import Source
from nntrain.config.data_schema import Schema
from nntrain.config.table import Table

if TYPE_CHECKING:
    import numpy as np

    from nntrain.data.row_file import Examples


@dataclass(frozen=True)
class Split:
    """x: (n, *shape), uint8 for images, else float32. y: (n,) int32 class indices, or (n, targets) float32.

    weights: (n,) float32, by which the loss of each example counts in the training, or None.
    """

    x: "Examples"
    y: "np.ndarray"
    weights: "np.ndarray | None" = None

    def __len__(self) -> int:
        return len(self.x)

    def take(self, rows: "np.ndarray") -> "Split":
        """Return the rows at these positions, in this order."""
        return Split(self.x.take(rows, axis=0), self.y[rows], None if self.weights is None else self.weights[rows])

    def schema(self, classes: Sequence[str] = (), features: Sequence[str] = (), targets: Sequence[str] = ()) -> Schema:
        """Return the schema of these rows, with the names that the source knows."""
        names = tuple(classes), tuple(features), tuple(targets)
        return Schema(self.x.shape[1:], *names, target_count=1 if classes else self.y.shape[1])


@dataclass(frozen=True)
class Rows:
    """What a source loads: the rows to split, and the splits that come as files of their own.

    `warnings` are what was left out or lost when they were read, `notes` how they may be read otherwise. Of a table:
    groups: int64 (n,), rows of one group stay in one split. times: (n,), by which splits are in order. `found` are the
    options of the source with all that was found.
    """

    remaining: Split
    schema: Schema
    validation: Split | None = None
    test: Split | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    table: Table | None = None
    groups: "np.ndarray | None" = None
    times: "np.ndarray | None" = None
    found: Source | None = None
