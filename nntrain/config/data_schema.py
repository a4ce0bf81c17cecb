"""What a config depends on in the data."""

from dataclasses import dataclass
from typing import Literal

Task = Literal["binary", "multiclass", "regression", "counts"]
Labels = Literal["classes", "numbers"]


@dataclass(frozen=True)
class Schema:
    """What a row is."""

    shape: tuple[int, ...]  # of one example, without the batch axis
    classes: tuple[str, ...] = ()  # names in the order of their indices; empty for a regression
    features: tuple[str, ...] = ()  # names of columns, if the data are a table
    targets: tuple[str, ...] = ()  # names of columns, if the data are a table
    target_count: int = 1  # the numbers that a regression predicts
    sizes: tuple[int, ...] = ()  # of a table, a column each: 0 for a number, k for codes 0..k-1 of a category
    missing: tuple[int, ...] = ()  # of a table, the places of columns with missing values in the training split
    has_missing: bool = False  # whether any split of a table has missing values
    counts: bool = False  # whether the numbers to predict are counts, whole ones from 0 on

    @property
    def task(self) -> Task:
        if not self.classes:
            return "counts" if self.counts else "regression"
        return "binary" if len(self.classes) == 2 else "multiclass"
