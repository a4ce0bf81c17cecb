"""Data-parallel steps over data that lie in memory: each replica takes a part of every batch.

The update is that of the whole batch. Each replica's loss is weighted by its share of the rows, the gradients are
summed over the replicas, and only the sum is clipped and applied. So the result does not depend on the number of
replicas, but for rounding and for two kinds of layers: random layers draw other numbers in each replica, and
BatchNormalization normalizes with the statistics of the replica's own rows, as it does in Keras.

Every worker must make the same calls in the same order, for in each of them it waits for the others; `predict`,
`steps` and reading a weight are the exceptions. Whatever one worker decides alone, by its clock or by a signal, goes
through `agree` first.
"""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nntrain.cluster import LostWorker
from nntrain.custom.network import Network
from nntrain.engine.resident import EVALUATION_BATCH, Arrays, as_float

_SEED_STRIDE = 715_827_883  # between the seeds of two replicas: far apart modulo 2³¹ - 2, to which Keras reduces them
_SUM = tf.distribute.ReduceOp.SUM


class DistributedProgram:
    """The compiled loops of a model that was built and compiled under the strategy; `batch_size` is the global one."""

    def __init__(self, model: Network, data: Arrays, batch_size: int, strategy: tf.distribute.Strategy) -> None:
        self.model = model
        self.batch_size = batch_size
        self.strategy = strategy
        self.replicas = strategy.num_replicas_in_sync
        self._copies: dict[int, tuple[Any, ...]] = {}
        with strategy.scope(), lost_workers():
            # Optimizer, loss and metrics make their variables here: a compiled function must not, a replica cannot.
            model._symbolic_build(data_batch=(np.zeros((1, *data.x.shape[1:]), "float32"), data.y[:1], None))
        self._statistics = _moving_statistics(model) if self.replicas > 1 else []
        self._seeds = [variable for variable in model.variables if variable.path.endswith("seed_generator_state")]
        self._tracker = next(metric for metric in model.metrics if metric.name == "loss")
        self._train = tf.function(self._train_steps, reduce_retracing=True)
        self._test = tf.function(self._test_steps, reduce_retracing=True)
        self._predict = tf.function(self._predict_batch, reduce_retracing=True)

    def _train_steps(self, data: Any, order: Any, first: Any, last: Any) -> None:
        step = tf.autograph.experimental.do_not_convert(self._train_step)
        for index in tf.range(first, last):
            step(data, order[index * self.batch_size : (index + 1) * self.batch_size])

    def _test_steps(self, data: Any, size: Any) -> None:
        step = tf.autograph.experimental.do_not_convert(self._test_step)
        for start in tf.range(0, size, EVALUATION_BATCH):
            step(data, tf.range(start, tf.minimum(start + EVALUATION_BATCH, size)))

    def _train_step(self, data: Any, rows: Any) -> None:
        """One update of all copies of the weights, by the gradient of the whole batch."""
        gradients, statistics = self.strategy.run(self._reduced_gradients, args=(data, rows))
        weights = self.model.trainable_weights
        optimizer = self.model.optimizer
        # Keras refuses to apply a scaled loss outside of a replica, where alone its own code for it clips too early.
        apply = getattr(optimizer, "_common_apply", optimizer.apply)
        apply([self._first(gradients[index]) if index in gradients else None for index in range(len(weights))], weights)
        for variable, value in zip(self._statistics, statistics, strict=True):
            variable.assign(self._first(value))

    def _test_step(self, data: Any, rows: Any) -> None:
        self.strategy.run(self._forward, args=(data, rows, False))

    def _predict_batch(self, x: Any) -> Any:
        return self.model(tf.cast(x, keras.config.floatx()), training=False)

    def _first(self, value: Any) -> Any:
        """A reduced value, which all replicas hold, as one of them holds it."""
        return self.strategy.experimental_local_results(value)[0]

    def _reduced_gradients(self, data: Any, rows: Any) -> Any:
        """Of one replica: the gradients of all replicas together by the weight's number, and the moving statistics."""
        with tf.GradientTape() as tape:
            loss, share = self._forward(data, rows, True)
            loss = self.model.optimizer.scale_loss(loss)
        found = tape.gradient(loss, self.model.trainable_weights)
        gradients = {index: gradient for index, gradient in enumerate(found) if gradient is not None}
        statistics = [share * variable for variable in self._statistics]
        return tf.distribute.get_replica_context().all_reduce(_SUM, (gradients, statistics))

    def _forward(self, data: Any, rows: Any, training: bool) -> tuple[Any, Any]:
        """Of one replica: its part of the batch's loss, and its share of the rows. Its metrics are updated."""
        taken, size = self._own(rows)
        share = tf.cast(size, "float32") / tf.cast(tf.shape(rows)[0], "float32")
        x, *rest = (tf.gather(part, taken) for part in data)
        with self._own_seeds():
            prediction = self.model(tf.cast(x, keras.config.floatx()), training=training)[:size]
        y, weights = rest[0][:size], rest[1][:size] if len(rest) > 1 else None
        loss = self._part(self.model.compute_loss(x[:size], y, prediction, weights, training=training), share)
        self._tracker.update_state(tf.math.divide_no_nan(loss, share), sample_weight=size)
        self.model.compute_metrics(x, y, prediction, weights)
        return loss, share

    def _own(self, rows: Any) -> tuple[Any, Any]:
        """This replica's rows, and how many of them count: where there are too few for all, none does of the one.

        A layer may fail or give NaN on no rows at all.
        """
        number, count = tf.distribute.get_replica_context().replica_id_in_sync_group, tf.shape(rows)[0]
        start, end = number * count // self.replicas, (number + 1) * count // self.replicas
        return rows[start : tf.maximum(end, start + 1)], end - start

    def _part(self, loss: Any, share: Any) -> Any:
        """What Keras gives for a replica, so that the parts of all replicas add up to the loss of the batch.

        Keras has divided by the number of replicas: the mean over its own rows, and the penalties.
        """
        if getattr(self.model.loss, "reduction", "") != "sum":
            return loss * self.replicas * share
        penalties = sum((keras.ops.sum(penalty) for penalty in self.model.losses), start=tf.zeros(()))
        return loss + (share - 1 / self.replicas) * penalties

    @contextmanager
    def _own_seeds(self) -> Iterator[None]:
        """Random layers draw this replica's own numbers; what is stored stays the same in all replicas."""
        shift = tf.distribute.get_replica_context().replica_id_in_sync_group * _SEED_STRIDE
        for state in self._seeds if self.replicas > 1 else ():
            state.assign(state + [shift, 0])
        yield
        for state in self._seeds if self.replicas > 1 else ():
            state.assign(state - [shift, 0])

    def train(self, data: Arrays, order: np.ndarray, first: int, last: int) -> None:
        """Trains steps `first` to `last` (excluded) of the epoch whose rows come in this order."""
        with lost_workers():
            self._train(self._copied(data), tf.constant(order), tf.constant(first), tf.constant(last))

    def evaluate(self, data: Arrays) -> dict[str, float]:
        """Loss and metrics over all rows at inference, as Python floats."""
        with lost_workers():
            self.model.reset_metrics()
            self._test(self._copied(data)[:2], tf.constant(len(data)))
        return self.figures()

    def predict(self, x: np.ndarray) -> np.ndarray:
        """What the model gives at inference: (n, outputs) float32. Every worker computes all of it for itself."""
        starts = range(0, len(x), EVALUATION_BATCH)
        return np.concatenate([self._predict(tf.constant(x[at : at + EVALUATION_BATCH])).numpy() for at in starts])

    def figures(self) -> dict[str, float]:
        """What the model's metrics say now, over the rows of all replicas."""
        with lost_workers():
            return {name: as_float(value) for name, value in self.model.get_metrics_result().items()}

    def steps(self, data: Arrays) -> int:
        """Steps in an epoch; the last one may be shorter."""
        return -(-len(data) // self.batch_size)

    def _copied(self, data: Arrays) -> tuple[Any, ...]:
        """The arrays on every device of this worker, for as long as there are the arrays."""
        if id(data) not in self._copies:
            self._copies[id(data)] = tuple(self._on_devices(tensor) for tensor in data.tensors)
            weakref.finalize(data, self._copies.pop, id(data), None)
        return self._copies[id(data)]

    def _on_devices(self, tensor: Any) -> Any:
        devices = self.strategy.extended.worker_devices

        def copy(context: Any) -> Any:
            with tf.device(devices[context.replica_id_in_sync_group % len(devices)]):
                return tf.identity(tensor)

        return self.strategy.experimental_distribute_values_from_function(copy)


def _moving_statistics(model: Network) -> list[Any]:
    """What BatchNormalization keeps of the batches: every replica sees its own rows, so it is averaged at each step."""
    kinds = (keras.layers.BatchNormalization,)
    return [v for layer in model.layers if isinstance(layer, kinds) for v in (layer.moving_mean, layer.moving_variance)]


@contextmanager
def lost_workers() -> Iterator[None]:
    """Turns what TensorFlow raises when a worker is gone into LostWorker."""
    try:
        yield
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError) as error:
        raise LostWorker.because(str(error)) from error
