"""A run as its plots see it: its files, and what its model predicts for the rows of one split."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from nntrain.config.data_schema import Schema
from nntrain.config.table import Table
from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.errors import ConfigError
from nntrain.evaluation import column_importance, scores, shown_rows, threshold_curves, trained_again
from nntrain.evaluation.column_importance import ColumnImportance
from nntrain.evaluation.plane import Plane
from nntrain.evaluation.threshold_curves import Curves
from nntrain.subject import Subject
from nntrain.training.scorer import Scorer

SPLITS = ("train", "validation", "test")


class ScoredRun(ABC):
    """A run, a group or a search; `others` are drawn beside it, where a plot compares."""

    def __init__(self, subject: Subject, split: str | None = None, others: tuple[Subject, ...] = ()) -> None:
        self.subject = subject
        self.others = others
        self.given_split = split

    @property
    @abstractmethod
    def data(self) -> Dataset:
        """The data of the training."""

    @property
    @abstractmethod
    def scorer(self) -> Scorer:
        """The model."""

    @cached_property
    def split_name(self) -> str:
        """The split that is drawn: by default the last of training, validation and test, but none that is held back.

        Raises ConfigError where the run has no split of the name that was asked for.
        """
        held = self.scorer.resolved.experiment.data.hold_out_test and self.given_split is None
        names = [name for name in self.data.splits if not (held and name == "test")]
        if self.given_split is not None and self.given_split not in names:
            raise ConfigError(f"the run has no {self.given_split} split", help=f"use `--split {names[-1]}`")
        return self.given_split or names[-1]

    @cached_property
    def split(self) -> Split:
        """The rows that are drawn."""
        return self.data.splits[self.split_name]

    @property
    def y(self) -> np.ndarray:
        """(n,) int32 class indices, or (n, targets) float32."""
        return self.split.y

    @cached_property
    def outputs(self) -> np.ndarray:
        """(n, classes) float32 probabilities or scores, or (n, targets) float32, of the rows that are drawn."""
        return self.scorer.outputs(self.split.x)

    @cached_property
    def predicted(self) -> np.ndarray:
        """(n,) class indices of the rows that are drawn."""
        return self.scorer.classes(self.outputs)

    @property
    def schema(self) -> Schema:
        """What the rows are."""
        return self.scorer.resolved.schema

    @cached_property
    def table(self) -> Table | None:
        """The columns of a table."""
        return self.data.table

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.schema.classes

    @property
    def title(self) -> str:
        """The name of the run and of the split."""
        split = f"{self.split_name} split" if self.split_name in SPLITS else self.split_name
        return f"{self.subject.name}: {split}, {len(self.split):,} rows"

    def confusion_matrix(self) -> np.ndarray:
        """Return (classes, classes) int64, the true class down."""
        return scores.confusion_matrix(self.y, self.predicted, len(self.classes))

    def most_confused(self) -> list[scores.ConfusedPair]:
        """Return the most frequent mistakes, the most frequent first."""
        return scores.most_confused(self.y, self.predicted, self.classes)

    def roc_curves(self) -> Curves:
        """Return the curve of each class."""
        return threshold_curves.roc_curves(self.y, self.outputs, self.classes)

    def precision_recall_curves(self) -> Curves:
        """Return the curve of each class."""
        return threshold_curves.precision_recall_curves(self.y, self.outputs, self.classes)

    def importances(self) -> list[ColumnImportance]:
        """Return the importance of each column, the most important first."""
        columns = column_importance.columns_of(self.schema.features, self.schema.shape[0], self.table)
        return column_importance.importances(self.scorer, self.split, columns)

    @property
    def unit_of_importance(self) -> str:
        """What the importance of a column is."""
        return column_importance.in_words_of_score(bool(self.classes))

    def plane(self) -> Plane:
        """Return the plane of the two inputs; raises NothingToDraw where one is a category."""
        return Plane.of(self.data, self.split)

    def weights_by_epoch(self, most: int) -> list[tuple[int, trained_again.Weights]]:
        """Train again; return at most `most` pairs of an epoch, from 0, and the weights after it."""
        return trained_again.weights_by_epoch(self.subject.directory, most)

    def columns(self, most: int) -> list[str]:
        """Return the names of at most this many columns of the inputs."""
        return shown_rows.columns_of(self.data, most)

    def shown_row(self, row: int, most: int) -> tuple[np.ndarray | None, list[str]]:
        """Return a row, from 0, as an image where it is one, and at most this many of its cells."""
        x = np.asarray(self.split.take(np.array([row])).x[:])[0]
        return shown_rows.image_of(x), shown_rows.cells_of(self.data, x, most)

    def input_names(self, before: Sequence[Any]) -> Sequence[str]:
        """Return the names of what goes into a layer after these."""
        return shown_rows.input_names(self.data, before)


class TrainedRun(ScoredRun):
    """The run of a training that has just ended in this process."""

    def __init__(self, subject: Subject, data: Dataset, scorer: Scorer) -> None:
        super().__init__(subject)
        self._data, self._scorer = data, scorer

    @property
    def data(self) -> Dataset:
        """The data of the training."""
        return self._data

    @property
    def scorer(self) -> Scorer:
        """The model."""
        return self._scorer
