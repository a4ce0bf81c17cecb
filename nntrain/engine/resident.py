"""Steps over data that lie in memory, many in one compiled call.

A call gathers the rows of each batch by an order that is given, and runs the model's own `train_step`, so metrics,
penalties, constraints, clipping and augmentation work as in Keras. Images stay uint8 until they are gathered.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nntrain.custom.network import Network

EVALUATION_BATCH = 1024


@dataclass(frozen=True)
class Arrays:
    """x: (n, *shape); y: labels as the loss wants them; weights: (n,) float32 sample weights, or none."""

    x: np.ndarray
    y: np.ndarray
    weights: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.x)


class Resident:
    """One model over arrays in memory."""

    def __init__(self, model: Network, data: Arrays, batch_size: int) -> None:
        self.model = model
        self.size = len(data)
        self.batch_size = batch_size
        self.tensors = tuple(tf.constant(part) for part in (data.x, data.y, data.weights) if part is not None)
        self._prepare_variables()
        self._train = tf.function(self._train_steps)
        self._test = tf.function(self._test_steps)

    def _prepare_variables(self) -> None:
        """Makes every variable of optimizer, loss and metrics, which a compiled function must not do."""
        x, y, weights = self._batch(tf.range(1))
        prediction = self.model(x)
        self.model.compute_loss(x, y, prediction, weights, training=False)
        self.model.compute_metrics(x, y, prediction, weights)
        self.model.reset_metrics()
        if not self.model.optimizer.built:
            self.model.optimizer.build(self.model.trainable_variables)

    def _batch(self, rows: Any) -> tuple[Any, Any, Any]:
        x, y, *rest = (tf.gather(part, rows) for part in self.tensors)
        return tf.cast(x, keras.config.floatx()), y, rest[0] if rest else None

    def _train_steps(self, order: Any, first: Any, last: Any) -> None:
        step = tf.autograph.experimental.do_not_convert(self.model.train_step)
        for index in tf.range(first, last):
            step(self._batch(order[index * self.batch_size : (index + 1) * self.batch_size]))

    def _test_steps(self) -> None:
        step = tf.autograph.experimental.do_not_convert(self.model.test_step)
        for start in tf.range(0, self.size, EVALUATION_BATCH):
            step(self._batch(tf.range(start, tf.minimum(start + EVALUATION_BATCH, self.size))))

    def train(self, order: np.ndarray, first: int, last: int) -> None:
        """Trains steps `first` to `last` (excluded) of the epoch whose rows come in this order."""
        self._train(tf.constant(order), tf.constant(first), tf.constant(last))

    def evaluate(self) -> dict[str, float]:
        """Loss and metrics over all rows at inference, as Python floats."""
        self.model.reset_metrics()
        self._test()
        return self.figures()

    def figures(self) -> dict[str, float]:
        """What the model's metrics say now."""
        return {name: float(value) for name, value in self.model.get_metrics_result().items()}

    @property
    def steps(self) -> int:
        """Steps in an epoch; the last one may be shorter."""
        return -(-self.size // self.batch_size)


def epoch_order(seed: int, epoch: int, size: int, shuffle: bool) -> np.ndarray:
    """The order of the rows in an epoch (counted from 1): a pure function of seed and epoch. (size,) int32."""
    if not shuffle:
        return np.arange(size, dtype="int32")
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, epoch])))
    return generator.permutation(size).astype("int32")
