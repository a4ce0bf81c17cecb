"""Steps that several devices or machines share: each trains on its share of every batch, and gradients are added up.

The batch has the size of the config, however many devices share it. So the same config gives the same training, up to
the rounding of sums in another order. A replica's part of the loss is weighted by its share of the batch's rows, so
that the sum over the replicas is the loss of the batch, with its penalties once. One all-reduce a step adds up the
gradients, the counts of the metrics, and the moving statistics of BatchNormalization weighted by the shares. All copies
of a variable are equal between two steps, so one process alone can save them.
"""

from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.optimizers.base_optimizer import BaseOptimizer

from nntrain.model.custom import Network
from nntrain.training.programs.arrays import EVALUATION_BATCH, Arrays, TrainResult, create_variables, distinct, rows_of
from nntrain.training.programs.resident import Program
from nntrain.training.workers.strategy import Distribution

_SEED_STRIDE = 1_000_003  # between the seeds of the replicas, so that their dropout differs
# Methods that Keras runs through tf.distribute; here each replica runs them on its own copies.
_LOCAL_STEPS = (
    "_backend_update_step",
    "_apply_weight_decay",
    "_overwrite_model_variables_with_average_value",
    "_backend_increment_gradient_accumulators",
)


class DistributedProgram(Program):
    """A model with its compiled loops over the replicas of a distribution, in whose scope the model was built."""

    def __init__(self, model: Network, data: Arrays, batch_size: int, distribution: Distribution) -> None:
        self.model = model
        self.batch_size = batch_size
        self.xla = False
        self.distribution = distribution
        self.can_lose = distribution.team is not None
        self.strategy = distribution.strategy
        with distribution.scope():
            create_variables(model, data)
        for name in _LOCAL_STEPS:
            setattr(model.optimizer, name, MethodType(getattr(BaseOptimizer, name), model.optimizer))
        self._sums_rows = getattr(model.loss, "reduction", "") == "sum"
        self._metrics = distinct(model.metrics_variables)
        self._states = _states(model, self._metrics)
        self._placed: dict[tuple[int, bool], tuple[Arrays, Any]] = {}
        self._train = tf.function(self._train_shares, reduce_retracing=True)
        self._test = tf.function(self._test_split, reduce_retracing=True)
        self._predict = tf.function(self._predict_batch, reduce_retracing=True)  # by this process alone

    def agree(self, decisions: tuple[int, ...], request: int) -> tuple[list[int], int]:
        """Return the chief's decisions, and the request of any worker."""
        return self.distribution.agree(decisions, request)

    def train(self, data: Arrays, order: np.ndarray, first: int, last: int) -> TrainResult:
        """Train steps `first` to `last` (excluded, so there may be none) of the epoch with this order of its rows.

        Raises WorkerLost when another worker is gone; the state of the variables is then uncertain.
        """
        with self.distribution.noticing():
            self._train(self._on_devices(data), tf.constant(order), tf.constant(first), tf.constant(last))
            self.model.optimizer.iterations.numpy()  # reading a result raises the error of the step, if it had one
            return TrainResult.of(self._result())

    def evaluate(self, data: Arrays) -> dict[str, float]:
        """Return loss and metrics over all rows at inference, and reset them; raises WorkerLost as `train` does."""
        with self.distribution.noticing():
            self.model.reset_metrics()
            self._test(self._on_devices(Arrays(data.x, data.y)), tf.constant(len(data)))
            found = self.metrics() | self._areas(data)
            self.model.reset_metrics()
            return found

    def before_end(self, save: Callable[[], None]) -> None:
        """Keep the function to call before the process is ended, because TensorFlow hangs after a worker was lost."""
        if self.distribution.team is not None:
            self.distribution.team.save_state = save

    def _on_devices(self, data: Arrays) -> Any:
        """Return the arrays with a copy for each device of this process; they are kept for the next call."""
        key = (id(data.x), data.weights is None)
        if key not in self._placed:
            self._placed[key] = (data, tuple(self._copies(part) for part in data.tensors))
        return self._placed[key][1]

    def _copies(self, part: Any) -> Any:
        devices = iter(self.strategy.extended.worker_devices)

        def copy(_: Any) -> Any:
            with tf.device(next(devices)):
                return tf.identity(part)

        return self.strategy.experimental_distribute_values_from_function(copy)

    def _train_shares(self, data: Any, order: Any, first: Any, last: Any) -> None:
        step = tf.autograph.experimental.do_not_convert(self._train_step)
        for index in tf.range(first, last):
            step(data, order[index * self.batch_size : (index + 1) * self.batch_size])

    def _train_step(self, data: Any, rows: Any) -> None:
        self.strategy.run(tf.autograph.experimental.do_not_convert(self._train_replica), args=(data, rows))

    def _train_replica(self, data: Any, rows: Any) -> None:
        part = _Part(data, rows)
        variables = self.model.trainable_variables
        values = [tf.convert_to_tensor(variable.value) for variable in variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            with keras.StatelessScope(
                self._mapping(variables, values, part), collect_losses=True, initialize_variables=False
            ) as scope:
                before = [scope.get_current_value(state) for state in self._states]
                loss = self.model.optimizer.scale_loss(self._forward(part, training=True))
        gradients = tape.gradient(loss, values)
        pairs = zip(self._states, before, strict=True)
        changed = [state for state, old in pairs if scope.get_current_value(state) is not old]
        self._apply(part, scope, changed, gradients)

    def _apply(self, part: "_Part", scope: Any, changed: Sequence[Any], gradients: Sequence[Any]) -> None:
        """Sum the step's gradients, metrics and statistics over the replicas, and update the variables by the sums."""
        states = [state for state in changed if _is_float(state)]
        counted = _counted(self._metrics, scope, part)
        moved = [tf.cast(scope.get_current_value(state), "float32") * part.share for state in states]
        given = [index for index, gradient in enumerate(gradients) if gradient is not None]
        sums = _all_reduce([*(gradients[index] for index in given), *counted, *moved])
        rest = len(sums) - len(states)
        reduced = dict(zip(given, sums[: len(given)], strict=True))
        for metric, total in zip(self._metrics, sums[len(given) : rest], strict=True):
            metric.value.assign_add(tf.cast(total, metric.dtype))
        for state, total in zip(states, sums[rest:], strict=True):
            state.value.assign(tf.cast(total, state.dtype))
        for state in changed:
            if not _is_float(state):
                state.value.assign(scope.get_current_value(state) - _offset(state, part))
        every = [reduced.get(index) for index in range(len(gradients))]
        self.model.optimizer.apply(every, self.model.trainable_variables)

    def _mapping(self, variables: Sequence[Any], values: Sequence[Any], part: "_Part") -> list[tuple[Any, Any]]:
        """Return the values for the model: metrics that begin at 0, and seeds that differ between replicas."""
        return [
            *zip(variables, values, strict=True),
            *((metric, tf.zeros(metric.shape, metric.dtype)) for metric in self._metrics),
            *((state, tf.convert_to_tensor(state.value) + _offset(state, part)) for state in self._states),
        ]

    def _forward(self, part: "_Part", training: bool) -> Any:
        """Return this replica's part of the batch's loss, and add its rows to the metrics."""
        model, (x, y, weights) = self.model, part.batch
        prediction = model(x, training=training)
        total = model.compute_loss(x, y, prediction, weights, training=training)
        loss = self._weighted(total, part)
        rows = tf.maximum(part.count, 1.0)
        tracker = next(metric for metric in model.metrics if metric.name == "loss")
        tracker.update_state(loss * part.size / rows, sample_weight=rows)
        model.compute_metrics(x, y, prediction, weights)
        return loss

    def _weighted(self, total: Any, part: "_Part") -> Any:
        """Weight the loss, which Keras divided by the number of replicas unless it is a sum over the rows."""
        replicas = float(self.strategy.num_replicas_in_sync)
        if not self._sums_rows:
            return total * (replicas * part.share)
        penalties = sum((tf.reduce_sum(loss) for loss in self.model.losses), start=tf.zeros(()))
        return (total - penalties / replicas) * part.present + penalties * part.share

    def _test_split(self, data: Any, size: Any) -> None:
        self.strategy.run(tf.autograph.experimental.do_not_convert(self._test_replica), args=(data, size))

    def _test_replica(self, data: Any, size: Any) -> None:
        """Count the replica's share of every batch of the split; the counts are added up once, at the end."""

        def one(start: Any, *counted: Any) -> Any:
            part = _Part(data, tf.range(start, tf.minimum(start + EVALUATION_BATCH, size)))
            mapping = [(variable, tf.convert_to_tensor(variable.value)) for variable in self.model.variables]
            mapping += [(metric, tf.zeros(metric.shape, metric.dtype)) for metric in self._metrics]
            with keras.StatelessScope(mapping, collect_losses=True, initialize_variables=False) as scope:
                self._forward(part, training=False)
            new = _counted(self._metrics, scope, part)
            return (start + EVALUATION_BATCH, *(old + more for old, more in zip(counted, new, strict=True)))

        zeros = [tf.zeros(metric.shape, _summed_dtype(metric)) for metric in self._metrics]
        counted = tf.while_loop(lambda start, *_: start < size, one, (tf.constant(0), *zeros))[1:]
        for metric, value in zip(self._metrics, _all_reduce(counted), strict=True):
            metric.value.assign(tf.cast(value, metric.dtype))


class _Part:
    """A replica's share of a batch: neighbouring rows; two replicas differ by one row at most.

    A replica without rows takes one that does not count: its `present` and its `share` are 0.
    """

    def __init__(self, data: Any, rows: Any) -> None:
        context = tf.distribute.get_replica_context()
        self.replica = tf.cast(context.replica_id_in_sync_group, "int32")
        replicas, size = context.num_replicas_in_sync, tf.shape(rows)[0]
        first, last = self.replica * size // replicas, (self.replica + 1) * size // replicas
        mine = rows[first : tf.maximum(last, first + 1)]
        self.batch = rows_of(data, mine)
        self.count = tf.cast(last - first, "float32")
        self.size = tf.cast(size, "float32")
        self.share = self.count / self.size
        self.present = tf.minimum(self.count, 1.0)


def _counted(metrics: Sequence[Any], scope: Any, part: _Part) -> list[Any]:
    """Return what a replica adds to each state of the metrics."""
    dtypes = [_summed_dtype(metric) for metric in metrics]
    return [
        tf.cast(scope.get_current_value(metric), dtype) * tf.cast(part.present, dtype)
        for metric, dtype in zip(metrics, dtypes, strict=True)
    ]


def _summed_dtype(metric: Any) -> str:
    """Return float64 for a sum that needs it, else float32."""
    return "float64" if metric.dtype == "float64" else "float32"


def _all_reduce(values: Sequence[Any]) -> list[Any]:
    """Return the sum of each value over the replicas, after one exchange for each dtype."""
    summed: dict[int, Any] = {}
    for dtype in dict.fromkeys(value.dtype for value in values):
        same = [index for index, value in enumerate(values) if value.dtype == dtype]
        summed |= zip(same, _all_reduce_same([values[index] for index in same]), strict=True)
    return [summed[index] for index in range(len(values))]


def _all_reduce_same(values: Sequence[Any]) -> list[Any]:
    flat = tf.concat([tf.reshape(value, [-1]) for value in values], axis=0)
    summed = tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, flat)
    parts = tf.split(summed, [int(np.prod(value.shape)) for value in values])
    return [tf.reshape(part, value.shape) for part, value in zip(parts, values, strict=True)]


def _states(model: Network, metrics: Sequence[Any]) -> list[Any]:
    """Return the variables that a training step changes without a gradient: statistics and seeds."""
    others = {id(variable) for variable in [*model.trainable_variables, *metrics]}
    return [variable for variable in distinct(model.variables) if id(variable) not in others]


def _is_float(variable: Any) -> bool:
    return bool(tf.as_dtype(variable.dtype).is_floating)


def _offset(state: Any, part: _Part) -> Any:
    """Return what a replica adds to a state: an offset for that of a random layer, 0 for others."""
    if state.name != "seed_generator_state":
        return tf.zeros(state.shape, state.dtype)
    stride = tf.cast(part.replica * _SEED_STRIDE, state.dtype)
    return tf.stack([stride, tf.zeros((), state.dtype)])
