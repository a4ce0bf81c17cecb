"""Numbers about the training rows, their targets and the optimizer, which rules use."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nntrain.config.keras import optimizers
from nntrain.data.dataset import Dataset
from nntrain.data.duplicates import Shared, rows_in_two_splits
from nntrain.data.giveaway import correlation, purity
from nntrain.model.build import keras_object
from nntrain.training.prepare import Prepared

ROWS = 5000  # that are looked at; of a larger split every n-th
POINTS = 20  # at which a schedule is looked at


@dataclass(frozen=True)
class Inputs:
    """x: (n, features) float64, a part of the training rows, 0 where a value is missing.

    is_image: whether they are pixels from 0 to 255."""

    x: np.ndarray
    is_image: bool
    largest: float  # absolute value
    low: np.ndarray  # of each feature
    high: np.ndarray
    spread: np.ndarray  # standard deviation of each feature

    @classmethod
    def of(cls, data: Dataset) -> "Inputs":
        """Return what the training rows of the data are like."""
        rows = sample(len(data.train))
        taken = np.asarray(data.train.take(rows).x[:])
        x = np.nan_to_num(taken.reshape(len(taken), -1).astype(np.float64))
        image = taken.dtype == np.uint8 or (taken.ndim > 2 and x.max(initial=0) > 1.5)
        low, high = x.min(axis=0), x.max(axis=0)
        return cls(x, image, float(np.abs(x).max(initial=0)), low, high, x.std(axis=0))


@dataclass(frozen=True)
class Targets:
    """y: (n, targets) float64, a part of the training targets, or the classes as one column."""

    y: np.ndarray
    low: float
    high: float
    mean: float
    spread: float  # the root mean square of the standard deviations of the targets

    @classmethod
    def of(cls, data: Dataset) -> "Targets":
        """Return what the training targets of the data are like."""
        y = np.asarray(data.train.y)[sample(len(data.train))].astype(np.float64)
        y = y.reshape(len(y), -1)
        spread = float(np.sqrt((y.std(axis=0) ** 2).mean()))
        return cls(y, float(y.min()), float(y.max()), float(y.mean()), spread)


@dataclass(frozen=True)
class Statistics:
    """The numbers of a prepared training, each computed when a rule first asks."""

    prepared: Prepared

    @cached_property
    def inputs(self) -> Inputs:
        """What the training rows are like."""
        return Inputs.of(self.prepared.data)

    @cached_property
    def targets(self) -> Targets:
        """What the training targets of a regression are like."""
        return Targets.of(self.prepared.data)

    @cached_property
    def highest_rate(self) -> float:
        """The learning rate: the highest one of a schedule, Keras's default where it is left out."""
        resolved = self.prepared.resolved
        return highest_rate(resolved.train.optimizer, resolved.updates(len(self.prepared.data.train)))

    @property
    def shared_rows(self) -> Sequence[Shared]:
        """The rows that are in two splits, for each pair of splits that has some."""
        return list(rows_in_two_splits(self.prepared.data.splits))

    @property
    def targets_are_inputs(self) -> bool:
        """Whether the targets are the inputs: those of an autoencoder."""
        return are_inputs(self.inputs.x, self.targets.y)

    def dependence(self, column: int) -> float:
        """Return from 0 to 1 how far a column alone determines the target: by its correlation, or by its classes."""
        measure = purity if self.prepared.resolved.schema.classes else correlation
        return measure(self.inputs.x[:, column], self.targets.y[:, 0])


def are_inputs(x: np.ndarray, y: np.ndarray) -> bool:
    """Return whether the targets y, (n, targets), are the inputs x, (n, features): those of an autoencoder."""
    return y.shape == x.shape and bool(np.allclose(x, y))


def sample(rows: int, most: int = ROWS) -> np.ndarray:
    """Return the positions of at most this many rows, evenly over all."""
    return np.unique(np.linspace(0, rows - 1, min(rows, most)).astype(np.int64))


def highest_rate(optimizer: optimizers.Optimizer, updates: int) -> float:
    """Return the learning rate, Keras's where it is left out, and the highest of those at some points of a schedule."""
    rate = optimizer.over(updates).learning_rate
    if rate is None:
        return float(keras_object(optimizer).learning_rate.numpy())
    if not isinstance(rate, optimizers.Schedule):
        return float(rate)
    schedule = keras_object(rate)
    return max(float(schedule(int(place))) for place in np.linspace(0, max(1, updates - 1), POINTS))
