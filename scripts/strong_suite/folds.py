"""A table as scikit-learn takes it, on the folds of `nntrain fit --folds`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from nntrain.data import splits
from nntrain.data.examples import Rows
from nntrain.data.sources import table


@dataclass(frozen=True)
class Folds:
    """The columns that nntrain learns from, the target, and the rows of each fold."""

    options: table.Options
    count: int

    @cached_property
    def found(self) -> table.Options:
        """The options with all that nntrain found."""
        found = self._rows.found
        if not isinstance(found, table.Options):
            raise TypeError("a table says what was found")
        return found

    @cached_property
    def _rows(self) -> Rows:
        return table.load(self.options)

    @property
    def is_regression(self) -> bool:
        return not self.found.classes

    @cached_property
    def y(self) -> np.ndarray:
        """(n,) classes or numbers."""
        y = self._rows.remaining.y
        return y[:, 0].astype(np.float64) if self.is_regression else y

    @cached_property
    def x(self) -> pd.DataFrame:
        """Numbers as float64, NaN where missing; anything else as pandas's categories."""
        frame = pd.read_csv(Path(self.options.path), dtype=str, na_values=self.options.missing, keep_default_na=False)
        frame = frame.where(frame != "")
        kinds = self.found.columns
        numbers = {name: pd.to_numeric(frame[name]) for name, kind in kinds.items() if kind == "numeric"}
        words = {
            name: frame[name].astype("category") for name, kind in kinds.items() if kind in ("category", "boolean")
        }
        return pd.DataFrame({**numbers, **words})

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the rows that train, those for validation among them, and the rows of the test split."""
        groups = np.zeros(len(self.y), np.int32) if self.is_regression else self.y
        folds = splits.fold_of_rows(groups, self.count, self.options.split_seed)
        for index in range(self.count):
            yield np.flatnonzero(folds != index), np.flatnonzero(folds == index)

    def deviations(self) -> Iterator[float]:
        """Yield the deviation of the target among the rows of nntrain's training split, fold by fold."""
        from nntrain.config.data import Fold
        from nntrain.data.divider import Divider

        for index in range(self.count):
            fold = Fold(index=index + 1, count=self.count)
            train = Divider(self._rows, self.options.model_copy(update={"fold": fold})).splits()["train"]
            yield float(np.std(train.y, dtype=np.float64))
