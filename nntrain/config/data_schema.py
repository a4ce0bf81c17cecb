"""What the rest of a config depends on about the data."""

from dataclasses import dataclass
from typing import Literal

Task = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True)
class Schema:
    """What a row is. `shape` is that of one example, without the batch axis.

    `classes` are their names in the order of their indices, empty for a regression, which predicts `target_count`
    numbers. `features` and `targets` are the names of columns where the data are a table.
    """

    shape: tuple[int, ...]
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    target_count: int = 1

    @property
    def task(self) -> Task:
        """What there is to learn."""
        if not self.classes:
            return "regression"
        return "binary" if len(self.classes) == 2 else "multiclass"
