"""Steps of many members of one architecture at once: each variable has a leading axis over the members.

`tf.vectorized_map` makes the step of all members from the step of one: a product of matrices becomes a batch of
products. So layers, penalties, metrics, clipping, optimizer and constraints are Keras's own, and each member's values
depend only on its own variables and rows. The size of the axis is not part of the graph, so a member leaves the stack
without tracing.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MethodType
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.optimizers.base_optimizer import BaseOptimizer

from nntrain.config.member_numbers import Numbers
from nntrain.errors import Path
from nntrain.model.custom import Network
from nntrain.model.member_numbers import MemberNumber
from nntrain.training.programs.arrays import EVALUATION_BATCH, Arrays, as_batch, as_float, distinct
from nntrain.training.programs.resident import Program
from nntrain.training.programs.vectorized import add_conversions

Values = tuple[Any, ...]  # a tensor (members, *shape) for each variable
Results = dict[str, np.ndarray]  # (members,) float32 by the name of a metric

# Methods that Keras runs through tf.distribute, which needs variables; here they get tensors.
_STATELESS = ("_backend_update_step", "_apply_weight_decay", "assign", "assign_add", "assign_sub")


class StackedData:
    """The rows of the members: each data set once, and where the rows of each member are in them."""

    def __init__(self, members: Sequence[Arrays]) -> None:
        distinct = list({id(each): each for each in members}.values())
        starts = np.cumsum([0, *(len(each) for each in distinct)])
        start_of = {id(each): start for each, start in zip(distinct, starts, strict=False)}
        self.starts = np.array([start_of[id(each)] for each in members], "int32")
        self.sizes = np.array([len(each) for each in members])
        self.is_shared = len(distinct) == 1
        parts = zip(*(each.tensors for each in distinct), strict=True)
        self.tensors = distinct[0].tensors if self.is_shared else tuple(tf.concat(part, 0) for part in parts)


class StackedProgram:
    """The compiled loops of a stack. The template's model has the layers, and its variables get no values here."""

    engine = "stacked"

    def __init__(self, template: Program, data: StackedData, own: Mapping[Path, MemberNumber] = {}) -> None:
        """Make the loops for data like these; nothing is traced before it is called.

        own: the numbers of the template's config that are variables, because each member has its own.
        """
        add_conversions()
        self.model = template.model
        self.batch_size = template.batch_size
        self.variables = [*variables_of(self.model), *(number.variable for number in own.values())]
        self.own = own
        places = {id(variable): index for index, variable in enumerate(self.variables)}
        self._trained = [places[id(variable)] for variable in self.model.trainable_variables]
        self._counted = [places[id(variable)] for variable in distinct(self.model.metrics_variables)]
        self._rest = [np.array(variable.numpy()) for variable in self.variables[len(distinct(self.model.variables)) :]]
        self.weights = [places[id(weight)] for weight in self.model.weights]
        self.learning_rate = places.get(id(getattr(self.model.optimizer, "_learning_rate", None)))
        _make_stateless(self.model.optimizer)
        values = tuple(tf.TensorSpec([None, *variable.shape], variable.dtype) for variable in self.variables)
        parts = tuple(tf.TensorSpec([None, *part.shape[1:]], part.dtype) for part in data.tensors)
        rows, counter = tf.TensorSpec([None, None], "int32"), tf.TensorSpec([], "int32")
        self._train = _compiled(self._train_steps, values, parts, rows, counter, counter)
        self._evaluate = _compiled(self._test_steps, values, parts[:2], rows)
        self._evaluate_shared = _compiled(self._test_steps_of_all, values, parts[:2], rows)
        self._results = _compiled(partial(tf.vectorized_map, self._result), values)

    def initial(
        self, models: Sequence[Network], rates: Sequence[float | None] = (), numbers: Sequence[Numbers] = ()
    ) -> Values:
        """Return the values with which models of these layers begin; metrics and optimizer begin as the template's.

        rates: the constant learning rate of each, None for the template's. numbers: those of each member.
        """
        members = [[*(variable.numpy() for variable in distinct(model.variables)), *self._rest] for model in models]
        columns = [np.stack(column) for column in zip(*members, strict=True)]
        for place, rate in enumerate(rates):
            if rate is not None and self.learning_rate is not None:
                columns[self.learning_rate][place] = rate
        for column, path in zip(columns[len(columns) - len(self.own) :], self.own, strict=True):
            column[:] = [each[path] for each in numbers]
        return tuple(map(tf.constant, columns))

    def take_numbers(self, numbers: Numbers) -> None:
        """Let the template compute with the numbers of a member."""
        for path, number in self.own.items():
            number.variable.assign(numbers[path])

    def train(self, values: Values, data: StackedData, orders: np.ndarray, steps: tuple[int, int]) -> Values:
        """Return the values after the steps from the first to the last (excluded) of an epoch.

        orders: (members, rows) int32, the places of each member's rows in the tensors of the data.
        """
        return tuple(self._train(values, data.tensors, tf.constant(orders), *(tf.constant(step) for step in steps)))

    def results(self, values: Values) -> tuple[Results, np.ndarray]:
        """Return the metrics and the learning rate of each member, and (members,) whether its weights are finite."""
        found, finite = self._results(values)
        return _as_arrays(found), finite.numpy()

    def evaluate(self, values: Values, data: StackedData, rows: np.ndarray) -> Results:
        """Return loss and metrics of each member at inference; rows: (members, rows) int32, as `orders` of `train`."""
        compiled = self._evaluate_shared if data.is_shared else self._evaluate
        return _as_arrays(compiled(values, data.tensors[:2], tf.constant(rows)))

    def without_counts(self, values: Values) -> Values:
        """Return the values with metrics that begin anew."""
        return tuple(tf.zeros_like(value) if index in self._counted else value for index, value in enumerate(values))

    def _train_steps(self, values: Values, data: Any, orders: Any, first: Any, last: Any) -> Values:
        def step(index: Any, before: Values) -> tuple[Any, Values]:
            rows = orders[:, index * self.batch_size : (index + 1) * self.batch_size]
            batch = tuple(tf.gather(part, rows) for part in data)
            return index + 1, tf.vectorized_map(self._step, (before, batch))

        shapes = tuple(tf.TensorShape([None, *variable.shape]) for variable in self.variables)
        invariants = (tf.TensorShape([]), shapes)
        after: Values = tf.while_loop(lambda index, _: index < last, step, (first, values), invariants)[1]
        return after

    def _step(self, member: tuple[Values, Any]) -> Values:
        """Return the values of one member after one step."""
        values, batch = member
        trained = [values[index] for index in self._trained]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(trained)
            with self._scope(values) as scope:
                loss = self.model.optimizer.scale_loss(self._forward(batch, training=True))
        gradients = tape.gradient(loss, trained)
        with self._scope(self._values(scope)) as scope:
            self.model.optimizer.apply(gradients, [self.variables[index] for index in self._trained])
        return self._values(scope)

    def _forward(self, batch: Any, training: bool) -> Any:
        """Return the loss of a batch of one member, and count the batch in its metrics."""
        x, y, weights = as_batch(batch)
        outputs = self.model(x, training=training)
        loss = self.model.compute_loss(x, y, outputs, weights, training=training)
        tracker = next(metric for metric in self.model.metrics if metric.name == "loss")
        tracker.update_state(loss, sample_weight=tf.shape(x)[0])
        self.model.compute_metrics(x, y, outputs, weights)
        return loss

    def _test_steps(self, values: Values, data: Any, rows: Any) -> Any:
        def count(counts: Values, part: Any) -> Values:
            batch = tuple(tf.gather(each, part) for each in data)
            after: Values = tf.vectorized_map(self._test_step, (values, counts, batch))
            return after

        return self._tested(values, rows, count)

    def _test_steps_of_all(self, values: Values, data: Any, rows: Any) -> Any:
        """As `_test_steps`, for members with the same rows, which are read once."""

        def count(counts: Values, part: Any) -> Values:
            batch = tuple(tf.gather(each, part[0]) for each in data)
            after: Values = tf.vectorized_map(partial(self._test_step_of, batch), (values, counts))
            return after

        return self._tested(values, rows, count)

    def _tested(self, values: Values, rows: Any, count: Callable[[Values, Any], Values]) -> Any:
        """Return the metrics after all rows; count: takes the counts of the metrics and the rows of a batch."""
        size = tf.shape(rows)[1]

        def step(start: Any, counts: Values) -> tuple[Any, Values]:
            return start + EVALUATION_BATCH, count(counts, rows[:, start : start + EVALUATION_BATCH])

        zeros = tuple(tf.zeros_like(values[index]) for index in self._counted)
        invariants = (tf.TensorShape([]), tuple(tf.TensorShape([None, *zero.shape[1:]]) for zero in zeros))
        counts = tf.while_loop(lambda start, _: start < size, step, (tf.constant(0), zeros), invariants)[1]
        return tf.vectorized_map(self._metrics, self._counting(values, counts))

    def _test_step(self, member: tuple[Values, Values, Any]) -> Values:
        """Return the counts of one member's metrics after a batch of its own."""
        return self._test_step_of(member[2], member[:2])

    def _test_step_of(self, batch: Any, member: tuple[Values, Values]) -> Values:
        """Return the counts of one member's metrics after a batch."""
        values, counts = member
        with self._scope(self._counting(values, counts)) as scope:
            self._forward(batch, training=False)
        after = self._values(scope)
        return tuple(after[index] for index in self._counted)

    def _counting(self, values: Values, counts: Values) -> Values:
        """Return the values with these counts of the metrics."""
        new = dict(zip(self._counted, counts, strict=True))
        return tuple(new.get(index, value) for index, value in enumerate(values))

    def _metrics(self, values: Values) -> dict[str, Any]:
        with self._scope(values):
            found: dict[str, Any] = self.model.get_metrics_result()
        return found

    def _result(self, values: Values) -> tuple[dict[str, Any], Any]:
        """Return the metrics and the learning rate of one member, and whether its weights are finite."""
        with self._scope(values):
            found = {**self.model.get_metrics_result(), "learning_rate": self.model.optimizer.learning_rate + 0.0}
        weights = [values[index] for index in self.weights if values[index].dtype.is_floating]
        return found, tf.reduce_all([tf.reduce_all(tf.math.is_finite(weight)) for weight in weights])

    def _scope(self, values: Values) -> Any:
        mapping = list(zip(self.variables, values, strict=True))
        return keras.StatelessScope(mapping, collect_losses=True, initialize_variables=False)

    def _values(self, scope: Any) -> Values:
        return tuple(scope.get_current_value(variable) for variable in self.variables)


def variables_of(model: Network) -> list[Any]:
    """Return all variables of a compiled model, each once: weights, states, metrics and the optimizer's."""
    return distinct([*model.variables, *model.metrics_variables, *model.optimizer.variables])


def _make_stateless(optimizer: Any) -> None:
    """Let the optimizer update values in a StatelessScope; it does not train in a program of its own after that."""
    for name in _STATELESS:
        setattr(optimizer, name, MethodType(getattr(BaseOptimizer, name), optimizer))
    optimizer._var_key = _key_of


def _key_of(variable: Any) -> Any:
    """Return the key of a variable, and not that of its value in a StatelessScope."""
    return variable._value._unique_id if hasattr(variable, "_value") else variable._unique_id


def taken(values: Values, places: Any) -> Values:
    """Return the values of the members at these places, in this order."""
    return tuple(tf.gather(value, np.asarray(places, "int32")) for value in values)


def joined(parts: Sequence[Values]) -> Values:
    """Return the values of the members of all parts."""
    return tuple(tf.concat(values, 0) for values in zip(*parts, strict=True))


def _compiled(function: Callable[..., Any], *signature: Any) -> Any:
    """Return a `tf.function` that is traced once for stacks of any size."""
    return tf.function(function, autograph=False, input_signature=signature)


def _as_arrays(tensors: dict[str, Any]) -> Results:
    return {name: value.numpy() for name, value in tensors.items()}


def of_member(results: Results, place: int) -> dict[str, float]:
    """Return the metrics of the member at a place as Python floats."""
    return {name: as_float(values[place]) for name, values in results.items()}
