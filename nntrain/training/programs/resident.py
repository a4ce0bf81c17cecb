"""Steps over data in memory, many in one compiled call.

A call gathers the rows of each batch in a given order, and runs the model's own `train_step`, so metrics, penalties,
constraints, clipping and augmentation work as in Keras. Images stay uint8 until they are gathered.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nntrain.data.row_file import Examples
from nntrain.model.auc import areas_of
from nntrain.model.batch_normalization import BatchNormalization
from nntrain.model.custom import Network
from nntrain.training.programs.arrays import (
    EVALUATION_BATCH,
    Arrays,
    TrainResult,
    as_batch,
    as_float,
    as_metrics,
    create_variables,
    rows_of,
)
from nntrain.training.programs.drawn_numbers import DrawnNumbers


class Program:
    """A model with its compiled loops; each is traced once and takes data of any length."""

    engine = "resident"  # what `train.engine` calls it
    whole_epochs = False  # whether `train` must be called for a whole epoch at once
    can_lose = False  # whether other processes take part, one of which can be lost

    def __init__(self, model: Network, data: Arrays, batch_size: int, xla: bool = False) -> None:
        self.model = model
        self.batch_size = batch_size
        self.xla = xla
        for layer in model.layers:
            if isinstance(layer, BatchNormalization):
                layer.in_xla = xla
        create_variables(model, data)
        counter = tf.TensorSpec([], "int32")
        order = tf.TensorSpec([None], "int32")
        self._numbers = DrawnNumbers(model, batch_size, xla)
        signature = [_signature(data), order, counter, counter, self._numbers.specs]
        steps = self._train_steps if xla else self._train_with_result
        self._train = _compiled(steps, input_signature=signature, jit_compile=xla)
        self._train_rest = _compiled(self._train_rows)  # one step an epoch: not worth XLA's compiler
        self._result_apart = _compiled(self._result)
        labelled = [_signature(Arrays(data.x, data.y))]
        self._test = _compiled(self._test_steps, input_signature=labelled)
        self._evaluate = _compiled(partial(self._metrics_after, self._test_steps), input_signature=labelled)
        self._evaluate_batch = _compiled(partial(self._metrics_after, self._test_rows), input_signature=labelled)
        self._predict = _compiled(self._predict_batch, input_signature=[_signature(data)[0]])

    def _train_with_result(self, data: Any, order: Any, first: Any, last: Any, numbers: Any) -> tuple[Any, Any]:
        self._train_steps(data, order, first, last, numbers)
        return self._result()

    def _train_steps(self, data: Any, order: Any, first: Any, last: Any, numbers: Any) -> None:
        def step(index: Any, place: Any) -> tuple[Any, Any]:
            if self.xla:  # which needs to know the size of a batch
                rows = tf.slice(order, [index * self.batch_size], [self.batch_size])
            else:
                rows = order[index * self.batch_size : (index + 1) * self.batch_size]
            with self._numbers.given(numbers, place):
                self.model.train_step(rows_of(data, rows))
            return index + 1, place + 1

        # The place in the numbers is counted: of `index - first` XLA would make a program for each `first`.
        tf.while_loop(lambda index, _: index < last, step, (first, 0))

    def _train_rows(self, data: Any, rows: Any) -> None:
        self.model.train_step(rows_of(data, rows))

    def _result(self) -> tuple[Any, Any]:
        """Return the metrics, and whether all weights are finite: a loss can hide a NaN, which ReLU turns into 0."""
        weights = [weight.value for weight in self.model.weights if tf.as_dtype(weight.dtype).is_floating]
        finite = [tf.reduce_all(tf.math.is_finite(weight)) for weight in weights]
        return self.model.get_metrics_result(), tf.reduce_all([True, *finite])

    def _test_steps(self, data: Any) -> None:
        size = tf.shape(data[0])[0]

        def step(start: Any) -> tuple[Any]:
            end = tf.minimum(start + EVALUATION_BATCH, size)
            self.model.test_step(rows_of(data, tf.range(start, end)))
            return (end,)

        tf.while_loop(lambda start: start < size, step, (0,))

    def _test_rows(self, data: Any) -> None:
        self.model.test_step(as_batch(data))

    def _metrics_after(self, test: Callable[[Any], None], data: Any) -> dict[str, Any]:
        self.model.reset_metrics()
        test(data)
        found: dict[str, Any] = self.model.get_metrics_result()
        self.model.reset_metrics()
        return found

    def _predict_batch(self, x: Any) -> Any:
        return self.model(tf.cast(x, keras.config.floatx()), training=False)

    def train(self, data: Arrays, order: np.ndarray, first: int, last: int) -> TrainResult:
        """Train steps `first` to `last` (excluded, so there may be none) of the epoch with this order of its rows."""
        rows = tf.constant(order)
        if not self.xla:
            return TrainResult.of(self._train(data.tensors, rows, tf.constant(first), tf.constant(last), ()))
        full = min(last, len(order) // self.batch_size)
        for start, end, numbers in self._numbers.pieces(first, full):
            self._train(data.tensors, rows, tf.constant(start), tf.constant(end), numbers)
        if max(first, full) < last:
            self._train_rest(data.tensors, tf.constant(order[full * self.batch_size :]))
        # Apart from the steps, because XLA would round the same metrics in two ways, after a step and after none.
        return TrainResult.of(self._result_apart())

    def evaluate(self, data: Arrays) -> dict[str, float]:
        """Return loss and metrics over all rows at inference, as Python floats, and reset the metrics."""
        # The compiled call resets them, which saves time; a single batch is traced without a loop, in half the time.
        compiled = self._evaluate_batch if len(data) <= EVALUATION_BATCH else self._evaluate
        return as_metrics(compiled(data.tensors[:2])) | self._areas(data)

    def _areas(self, data: Arrays) -> dict[str, float]:
        """Return each AUC of all rows, which the compiled functions only count in intervals."""
        areas = areas_of(self.model)
        outputs = self.predict(data.x) if areas else None
        return {metric.name: as_float(metric.exact(data.y, outputs)) for metric in areas}

    def predict(self, x: Examples) -> np.ndarray:
        """Return the outputs of the model at inference: (n, outputs) float32."""
        starts = range(0, len(x), EVALUATION_BATCH)
        return np.concatenate([self._predict(tf.constant(x[at : at + EVALUATION_BATCH])).numpy() for at in starts])

    def metrics(self) -> dict[str, float]:
        """Return the metrics of the model as they are now."""
        return as_metrics(self.model.get_metrics_result())

    def agree(self, decisions: tuple[int, ...], request: int) -> tuple[list[int], int]:
        """Return the decisions of all processes that train together; this program runs in one."""
        return list(decisions), request

    def before_end(self, save: Callable[[], None]) -> None:
        """Keep the function to call where the loss of another process ends this one; here there is only one process."""

    def steps(self, data: Arrays) -> int:
        """Return the number of steps in an epoch, of which the last may have fewer rows."""
        return -(-len(data) // self.batch_size)


def _compiled(function: Any, **options: Any) -> Any:
    """Return a `tf.function` without AutoGraph, which would take a third of the time of tracing."""
    return tf.function(function, autograph=False, **options)


def _signature(data: Arrays) -> tuple[Any, ...]:
    return tuple(tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype) for tensor in data.tensors)
