"""What a config depends on in the data."""

from dataclasses import dataclass
from typing import Literal

Task = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True)
class Schema:
    """What a row is.

    shape: of one example, without the batch axis. classes: names in the order of their indices; empty for a regression,
    which predicts `target_count` numbers. features and targets: names of columns, if the data are a table.
    """

    shape: tuple[int, ...]
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    target_count: int = 1

    @property
    def task(self) -> Task:
        """What the model learns."""
        if not self.classes:
            return "regression"
        return "binary" if len(self.classes) == 2 else "multiclass"
