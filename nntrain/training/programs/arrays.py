"""What goes into a training program and what comes out of it: arrays, the order of the rows, metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nntrain.data.row_file import Examples
from nntrain.model.custom import Network

EVALUATION_BATCH = 1024


@dataclass(frozen=True)
class Arrays:
    """x: (n, *shape); y: labels as the loss takes them; weights: (n,) float32 sample weights, or None."""

    x: Examples
    y: np.ndarray
    weights: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.x)

    @cached_property
    def tensors(self) -> tuple[Any, ...]:
        """The arrays as TensorFlow holds them."""
        return tuple(tf.constant(part[:]) for part in (self.x, self.y, self.weights) if part is not None)

    def take(self, rows: np.ndarray) -> "Arrays":
        """Return the rows at these positions, in this order, in memory."""
        return Arrays(self.x[rows], self.y[rows], None if self.weights is None else self.weights[rows])


@dataclass(frozen=True)
class TrainResult:
    """The metrics of the epoch so far, and whether all weights are finite."""

    metrics: dict[str, float]
    finite: bool

    @classmethod
    def of(cls, tensors: tuple[dict[str, Any], Any]) -> "TrainResult":
        """Return the result of a compiled program as plain values."""
        return cls(as_metrics(tensors[0]), bool(tensors[1].numpy()))


def as_metrics(tensors: dict[str, Any]) -> dict[str, float]:
    """Return scalar tensors as Python floats."""
    return {name: as_float(value.numpy()) for name, value in tensors.items()}


def distinct(variables: Sequence[Any]) -> list[Any]:
    """Return the variables, each once."""
    return list({id(variable): variable for variable in variables}.values())


def as_float(value: Any) -> float:
    """Return a float32 scalar as the Python float with the fewest digits that is the same float32."""
    return float(str(np.float32(value)))


def rows_of(tensors: Sequence[Any], rows: Any) -> tuple[Any, Any, Any]:
    """Return the batch of these rows, from the tensors of `Arrays`."""
    return as_batch([tf.gather(part, rows) for part in tensors])


def as_batch(tensors: Sequence[Any]) -> tuple[Any, Any, Any]:
    """Return inputs, labels and weights as the model's `train_step` and `test_step` take them."""
    x, y, weights = tensors if len(tensors) == 3 else (*tensors, None)
    return tf.cast(x, keras.config.floatx()), y, weights


def create_variables(model: Network, data: Arrays) -> None:
    """Create all variables of optimizer, loss and metrics, which a compiled function must not do."""
    x, y, weights = rows_of(data.tensors, tf.range(1))
    prediction = model(x, training=False)  # without `training` the augmentation layers would draw
    model.compute_loss(x, y, prediction, weights, training=False)
    model.compute_metrics(x, y, prediction, weights)
    model.reset_metrics()
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)


def epoch_order(seed: int, epoch: int, size: int, shuffle: bool) -> np.ndarray:
    """Return (size,) int32, the order of the rows in an epoch (from 1): a pure function of seed and epoch."""
    if not shuffle:
        return np.arange(size, dtype="int32")
    return _generator(seed, epoch).permutation(size).astype("int32")


def balanced_order(seed: int, epoch: int, classes: np.ndarray) -> np.ndarray:
    """Return (n,) int32, the rows of an epoch with as many of each class: a pure function of seed and epoch.

    classes: (n,) the class of each row. The rows of a class are taken equally often, some of them once more, and which
    ones these are is drawn in every epoch.
    """
    generator, kinds = _generator(seed, epoch), np.unique(classes)
    share, left_over = divmod(len(classes), len(kinds))
    chosen = []
    for place, kind in enumerate(kinds):
        rows = np.flatnonzero(classes == kind)
        copies, rest = divmod(share + 1 if place < left_over else share, len(rows))
        chosen += [np.tile(rows, copies), generator.permutation(rows)[:rest]]
    return generator.permutation(np.concatenate(chosen)).astype("int32")


def _generator(seed: int, epoch: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, epoch])))
