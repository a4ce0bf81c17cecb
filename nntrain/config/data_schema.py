"""What the rest of the config depends on about the data."""

from dataclasses import dataclass
from typing import Literal

Task = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True)
class Facts:
    """`classes` is the number of classes, or None for regression; `shape` is one example's, without the batch axis;
    `targets` is the number of figures that a regression predicts."""

    shape: tuple[int, ...]
    classes: int | None
    targets: int = 1

    @property
    def task(self) -> Task:
        """What there is to learn."""
        if self.classes is None:
            return "regression"
        return "binary" if self.classes == 2 else "multiclass"
