"""One step of training in float64: forward pass, loss, backward pass, clipping, update.

g is the derivative of the whole loss, penalties included, by the output of a step (Goodfellow et al. 2016, section
6.5.4). The gradient of a weight is that of the loss alone; that of the penalties is beside it. Keras computes a
cross-entropy after a softmax or a sigmoid from the logits, and so are all derivatives but that by the last output.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nntrain.config.resolve import Resolved
from nntrain.explain.batch import Batch
from nntrain.explain.float64_model import Float64Model, decimals, exact
from nntrain.model import named_weights
from nntrain.model.build import keras_object

Arrays = list[np.ndarray]


@dataclass(frozen=True)
class Passes:
    """The numbers of one step; the lists have an array for each step or for each weight, of its shape.

    `outputs` and `adjoints` are (n, *shape). `before` and `after` are the weights, `applied` the gradient with its
    penalty after clipping.
    """

    outputs: Arrays
    adjoints: Arrays
    loss: float
    penalty: float
    loss_after: float
    before: Arrays
    gradients: Arrays
    penalties: Arrays
    applied: Arrays
    after: Arrays

    @property
    def totals(self) -> Arrays:
        """The gradient of loss and penalties together."""
        return [loss + penalty for loss, penalty in zip(self.gradients, self.penalties, strict=True)]


class BatchLoss:
    """The loss of a batch as a function of the weights of a float64 model."""

    def __init__(self, float64_model: Float64Model, batch: Batch) -> None:
        self.float64_model = float64_model
        self.x, self.y = (tf.constant(decimals(each)) for each in (batch.x, batch.y))
        self.sample_weight = None if batch.weights is None else tf.constant(decimals(batch.weights))
        if batch.y.dtype.kind == "i":
            self.y = tf.constant(batch.y)

    def loss_of(self, prediction: Any) -> Any:
        """Return the mean loss of the examples, without penalties, a float64 scalar."""
        return self.float64_model.loss_of(self.y, prediction, sample_weight=self.sample_weight)

    def parts(self) -> tuple[Any, Any]:
        """Return the loss and the penalties, two float64 scalars."""
        outputs = self.float64_model.forward(self.x)
        return self.loss_of(outputs[-1]), self.float64_model.penalty(outputs)

    def total(self) -> Any:
        """Return the loss with its penalties, a float64 scalar."""
        loss, penalty = self.parts()
        return loss + penalty

    @cached_property
    def compiled_total(self) -> Callable[[], Any]:
        """The same as one compiled function, for many calls."""
        return tf.function(self.total)


def one_step(resolved: Resolved, objective: BatchLoss) -> Passes:
    """Return all numbers of one step; the weights of the model are those of before again when it ends."""
    float64_model = objective.float64_model
    variables = [each.value for each in float64_model.weights]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(objective.x)  # else there is no g below the first weights
        outputs = float64_model.forward(objective.x)
        loss, penalty = objective.loss_of(outputs[-1]), float64_model.penalty(outputs)
        total = loss + penalty
        last = tf.identity(outputs[-1])  # the same values, of which Keras does not know the logits
        of_last = objective.loss_of(last) + penalty
    before = [each.numpy() for each in float64_model.weights]
    gradients, penalties = (_gradients(tape, value, variables) for value in (loss, penalty))
    adjoints = [*_gradients(tape, total, outputs[:-1]), *_gradients(tape, of_last, outputs[-1:])]
    optimizer = exact(keras_object(resolved.train.optimizer.over(1)))
    named_weights.treat(optimizer, resolved.train, float64_model.weights)
    summed = [first + second for first, second in zip(gradients, penalties, strict=True)]
    optimizer.build(float64_model.weights)
    optimizer.apply([tf.constant(each) for each in summed], float64_model.weights)
    after = [each.numpy() for each in float64_model.weights]
    loss_after = float(objective.total())
    set_weights(float64_model, before)
    shown = [each.numpy() for each in outputs]
    applied = clipped(summed, optimizer)
    return Passes(
        shown, adjoints, float(loss), float(penalty), loss_after, before, gradients, penalties, applied, after
    )


def _gradients(tape: Any, value: Any, sources: Sequence[Any]) -> Arrays:
    """Return the derivatives of a scalar, zeros for what it does not depend on."""
    found = tape.gradient(value, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return [tf.convert_to_tensor(each).numpy() for each in found]


def set_weights(float64_model: Float64Model, values: Arrays) -> None:
    """Put values into the weights."""
    for variable, value in zip(float64_model.weights, values, strict=True):
        variable.assign(value)


def clipped(gradients: Arrays, optimizer: keras.optimizers.Optimizer) -> Arrays:
    """Return what the optimizer makes of gradients first: by value, by the norm of each, or by the norm of all."""
    if optimizer.clipvalue:
        limit = float(optimizer.clipvalue)
        return [np.clip(each, -limit, limit) for each in gradients]
    if optimizer.clipnorm:
        limit = float(optimizer.clipnorm)
        return [each * limit / max(float(np.linalg.norm(each)), limit) for each in gradients]
    if optimizer.global_clipnorm:
        limit = float(optimizer.global_clipnorm)
        norm = float(np.sqrt(sum(np.square(each).sum() for each in gradients)))
        return [each * limit / max(norm, limit) for each in gradients]
    return gradients
