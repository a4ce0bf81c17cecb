"""Steps over data that lie in memory, many in one compiled call.

A call gathers the rows of each batch by an order that is given, and runs the model's own `train_step`, so metrics,
penalties, constraints, clipping and augmentation work as in Keras. Images stay uint8 until they are gathered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nntrain.data.row_file import Examples
from nntrain.model.custom.network import Network

EVALUATION_BATCH = 1024


@dataclass(frozen=True)
class Arrays:
    """x: (n, *shape); y: labels as the loss wants them; weights: (n,) float32 sample weights, or none."""

    x: Examples
    y: np.ndarray
    weights: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.x)

    @cached_property
    def tensors(self) -> tuple[Any, ...]:
        """The arrays as TensorFlow holds them."""
        return tuple(tf.constant(part[:]) for part in (self.x, self.y, self.weights) if part is not None)


@dataclass(frozen=True)
class Seen:
    """What a model is like between two steps: what its metrics say, and whether all its weights are finite."""

    metrics: dict[str, float]
    finite: bool


class Program:
    """A model's compiled loops; each is traced once and takes data of any length."""

    engine = "resident"  # what `train.engine` calls it
    whole_epochs = False  # whether `train` must be called for a whole epoch at once
    can_lose = False  # whether other processes take part, one of which can be lost

    def __init__(self, model: Network, data: Arrays, batch_size: int, xla: bool = False) -> None:
        self.model = model
        self.batch_size = batch_size
        self.xla = xla
        prepare_variables(model, data)
        counter = tf.TensorSpec([], "int32")
        order = tf.TensorSpec([None], "int32")
        signature = [_signature(data), order, counter, counter]
        steps = self._train_steps if xla else self._train_and_look
        self._train = _compiled(steps, input_signature=signature, jit_compile=xla)
        self._train_rest = _compiled(self._train_rows)  # one step an epoch: not worth XLA's compiler
        self._look_apart = _compiled(self._look)
        labelled = [_signature(Arrays(data.x, data.y))]
        self._test = _compiled(self._test_steps, input_signature=labelled)
        self._evaluate = _compiled(partial(self._metrics_after, self._test_steps), input_signature=labelled)
        self._evaluate_batch = _compiled(partial(self._metrics_after, self._test_rows), input_signature=labelled)
        self._predict = _compiled(self._predict_batch, input_signature=[_signature(data)[0]])

    def _train_and_look(self, data: Any, order: Any, first: Any, last: Any) -> tuple[Any, Any]:
        self._train_steps(data, order, first, last)
        return self._look()

    def _train_steps(self, data: Any, order: Any, first: Any, last: Any) -> None:
        def step(index: Any) -> tuple[Any]:
            if self.xla:  # which needs to know the size of a batch
                rows = tf.slice(order, [index * self.batch_size], [self.batch_size])
            else:
                rows = order[index * self.batch_size : (index + 1) * self.batch_size]
            self.model.train_step(_batch(data, rows))
            return (index + 1,)

        tf.while_loop(lambda index: index < last, step, (first,))

    def _train_rows(self, data: Any, rows: Any) -> None:
        self.model.train_step(_batch(data, rows))

    def _look(self) -> tuple[Any, Any]:
        """The metrics, and whether all weights are finite: a loss can hide a NaN, which ReLU turns into 0."""
        weights = [weight.value for weight in self.model.weights if tf.as_dtype(weight.dtype).is_floating]
        finite = [tf.reduce_all(tf.math.is_finite(weight)) for weight in weights]
        return self.model.get_metrics_result(), tf.reduce_all([True, *finite])

    def _test_steps(self, data: Any) -> None:
        size = tf.shape(data[0])[0]

        def step(start: Any) -> tuple[Any]:
            end = tf.minimum(start + EVALUATION_BATCH, size)
            self.model.test_step(_batch(data, tf.range(start, end)))
            return (end,)

        tf.while_loop(lambda start: start < size, step, (0,))

    def _test_rows(self, data: Any) -> None:
        self.model.test_step(as_batch(*data))

    def _metrics_after(self, test: Callable[[Any], None], data: Any) -> dict[str, Any]:
        self.model.reset_metrics()
        test(data)
        found: dict[str, Any] = self.model.get_metrics_result()
        self.model.reset_metrics()
        return found

    def _predict_batch(self, x: Any) -> Any:
        return self.model(tf.cast(x, keras.config.floatx()), training=False)

    def train(self, data: Arrays, order: np.ndarray, first: int, last: int) -> Seen:
        """Trains steps `first` to `last` (excluded; there may be none) of the epoch whose rows come in this order."""
        if not self.xla:
            return as_seen(*self._train(data.tensors, tf.constant(order), tf.constant(first), tf.constant(last)))
        full = min(last, len(order) // self.batch_size)
        if first < full:
            self._train(data.tensors, tf.constant(order), tf.constant(first), tf.constant(full))
        if max(first, full) < last:
            self._train_rest(data.tensors, tf.constant(order[full * self.batch_size :]))
        return as_seen(*self._look_apart())  # XLA would round the same metrics in two ways, after a step and after none

    def evaluate(self, data: Arrays) -> dict[str, float]:
        """Loss and metrics over all rows at inference, as Python floats; leaves the metrics reset.

        Doing so here, in the compiled call, saves a third of a millisecond an epoch. What is a single batch is traced
        without a loop, in half the time.
        """
        compiled = self._evaluate_batch if len(data) <= EVALUATION_BATCH else self._evaluate
        return as_metrics(compiled(data.tensors[:2]))

    def predict(self, x: Examples) -> np.ndarray:
        """What the model gives at inference: (n, outputs) float32."""
        starts = range(0, len(x), EVALUATION_BATCH)
        return np.concatenate([self._predict(tf.constant(x[at : at + EVALUATION_BATCH])).numpy() for at in starts])

    def metrics(self) -> dict[str, float]:
        """What the model's metrics say now."""
        return as_metrics(self.model.get_metrics_result())

    def agree(self, decisions: tuple[int, ...], request: int) -> tuple[list[int], int]:
        """What is decided by all processes that train together: here there is one."""
        return list(decisions), request

    def before_end(self, save: Callable[[], None]) -> None:
        """What to do before the process is ended because another is lost: here there is no other."""

    def steps(self, data: Arrays) -> int:
        """Steps in an epoch; the last one may be shorter."""
        return -(-len(data) // self.batch_size)


def as_seen(metrics: dict[str, Any], finite: Any) -> Seen:
    """What `Program._look` gives, as plain values."""
    return Seen(as_metrics(metrics), bool(finite.numpy()))


def as_metrics(tensors: dict[str, Any]) -> dict[str, float]:
    """Scalar tensors as Python floats."""
    return {name: as_float(value.numpy()) for name, value in tensors.items()}


def as_float(value: Any) -> float:
    """A float32 scalar as the Python float with the fewest digits that is the same float32."""
    return float(str(np.float32(value)))


def _compiled(function: Any, **options: Any) -> Any:
    """A `tf.function` whose Python is taken as it is: rewriting it by AutoGraph would cost a third of the tracing."""
    return tf.function(function, autograph=False, **options)


def _signature(data: Arrays) -> tuple[Any, ...]:
    return tuple(tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype) for tensor in data.tensors)


def _batch(data: Any, rows: Any) -> tuple[Any, Any, Any]:
    return as_batch(*(tf.gather(part, rows) for part in data))


def as_batch(x: Any, y: Any, weights: Any = None) -> tuple[Any, Any, Any]:
    """What the model's `train_step` and `test_step` take."""
    return tf.cast(x, keras.config.floatx()), y, weights


def prepare_variables(model: Network, data: Arrays) -> None:
    """Makes every variable of optimizer, loss and metrics, which a compiled function must not do."""
    x, y, weights = _batch(data.tensors, tf.range(1))
    prediction = model(x, training=False)  # said, or the augmentation layers would draw
    model.compute_loss(x, y, prediction, weights, training=False)
    model.compute_metrics(x, y, prediction, weights)
    model.reset_metrics()
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)


def epoch_order(seed: int, epoch: int, size: int, shuffle: bool) -> np.ndarray:
    """The order of the rows in an epoch (counted from 1): a pure function of seed and epoch. (size,) int32."""
    if not shuffle:
        return np.arange(size, dtype="int32")
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, epoch])))
    return generator.permutation(size).astype("int32")
