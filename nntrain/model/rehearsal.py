"""One step of every layer on a few rows, so that what Keras refuses only in a training has its place in the config."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from nntrain.config.keras import layers
from nntrain.config.named import Named
from nntrain.config.resolve import Resolved
from nntrain.model import keras_errors
from nntrain.model.build import keras_object
from nntrain.model.custom import Network

ROWS = 3
_OUT_OF_MEMORY = (MemoryError, tf.errors.ResourceExhaustedError)


@contextmanager
def rehearsed_on_errors(resolved: Resolved, model: Network) -> Iterator[None]:
    """Rehearse where a training fails: what Keras raises becomes a ConfigError if the rehearsal finds its layer."""
    try:
        yield
    except keras_errors.RAISED as error:
        if not isinstance(error, _OUT_OF_MEMORY):
            rehearse(resolved, model)
        raise


def rehearse(resolved: Resolved, model: Network) -> None:
    """Call every layer as in a training, and take its gradients and constraints; no weight and no state changes.

    Raises ConfigError at the layer, or at the option, that cannot be trained.
    """
    for (path, spec), layer in zip(layers.walk(resolved.experiment.model), model.layers, strict=True):
        shape = tuple(layer.input.shape[1:])
        with keras_errors.raised_at(path, spec, shape, partial(_step_of_another, shape)):
            _step(layer, shape)


def _step_of_another(shape: tuple[int | None, ...], spec: Named) -> None:
    """Take a step of a new layer; raises what Keras raises."""
    layer = keras_object(spec)
    layer(keras.Input(shape))
    _step(layer, shape)


def _step(layer: Any, shape: tuple[int | None, ...]) -> None:
    """Take the gradients and the constraints of a layer; shape: of its input, without the batch axis."""
    rows = tf.zeros((ROWS, *shape))
    weights = layer.trainable_weights
    with keras.StatelessScope(initialize_variables=False), tf.GradientTape() as tape:
        tape.watch(rows)
        outputs = layer(rows, training=True)
    tape.gradient(outputs, [rows, *(weight.value for weight in weights)])
    for weight in weights:
        if weight.constraint is not None:
            weight.constraint(weight.value)
