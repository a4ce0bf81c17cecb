"""Which program trains, and how it is compiled."""

import math
from collections.abc import Iterable
from typing import Any

import tensorflow as tf

from nntrain.config.keras import image_layers, layers
from nntrain.config.resolve import Resolved
from nntrain.data.row_file import Examples
from nntrain.model.custom import Network
from nntrain.model.random_layers import drawing
from nntrain.training.programs.arrays import Arrays
from nntrain.training.programs.drawn_numbers import are_drawn
from nntrain.training.programs.keras_fit import KerasProgram
from nntrain.training.programs.resident import Program
from nntrain.training.programs.streamed import StreamedProgram, fits_in_memory

# Their image operations have no XLA kernels.
_NOT_FOR_XLA = (image_layers.RandomRotation, image_layers.RandomTranslation, image_layers.RandomZoom, layers.Resizing)

# On a CPU XLA makes steps faster that have only these layers; a convolution takes ten times as long, and so does a
# random number, unless it was drawn before (`model/random_layers.py`).
_FAST_IN_XLA = (
    layers.Dense,
    layers.Flatten,
    layers.Reshape,
    layers.Rescaling,
    layers.Normalization,
    layers.Activation,
    layers.ReLU,
    layers.LeakyReLU,
    layers.RReLU,
    layers.PReLU,
    layers.ELU,
    layers.Softmax,
    layers.Dropout,
    layers.AlphaDropout,
    layers.GaussianNoise,
    layers.GaussianDropout,
    layers.BatchNormalization,
    layers.LayerNormalization,
)
SMALL_STEP = 32_000_000  # multiplications in a batch up to which one thread is faster than two (docs/log.md)
LONG_EPOCH = 4_000_000_000  # multiplications from which a few epochs make up for half a second of XLA's compiler


def make_program(resolved: Resolved, model: Network, example: Arrays, batch_size: int, x: Examples) -> Program:
    """Return the program for `train.engine` and `train.compile`; example: arrays like the data; x: the examples."""
    engine = resolved.train.engine
    if engine == "auto":
        engine = "resident" if fits_in_memory(x) else "streamed"
    if engine == "keras":
        return KerasProgram(model, example, batch_size)
    xla = uses_xla(resolved, batch_size, len(x))
    return (StreamedProgram if engine == "streamed" else Program)(model, example, batch_size, xla)


def uses_xla(resolved: Resolved, batch_size: int, rows: int) -> bool:
    """Return whether XLA compiles: on a GPU, and small steps of long epochs of Dense layers on a CPU (docs/log.md)."""
    train = resolved.train
    if train.compile != "auto":
        return train.compile == "xla"
    kinds = [layer for _, layer in layers.walk(resolved.experiment.model)]
    if tf.config.get_visible_devices("GPU"):
        return not any(isinstance(kind, _NOT_FOR_XLA) for kind in kinds)
    if train.precision != "float32" or not all(isinstance(kind, _FAST_IN_XLA) for kind in kinds):
        return False
    products = dense_products(resolved) or 0
    return products * batch_size <= SMALL_STEP and products * rows >= LONG_EPOCH


def drawn_before(resolved: Resolved, model_layers: Iterable[Any], rows: int) -> list[str]:
    """Return the names of the built layers whose random numbers are drawn before the steps that use them.

    rows: those of the training split. One device trains.
    """
    if resolved.train.engine == "keras" or not are_drawn(uses_xla(resolved, resolved.batch_size(rows), rows)):
        return []
    return [layer.name for layer in drawing(model_layers)]


def is_small(resolved: Resolved, rows: int) -> bool:
    """Return whether the steps are small products of matrices, which one thread computes faster than several."""
    products = dense_products(resolved)
    return products is not None and products * resolved.batch_size(rows) <= SMALL_STEP


def dense_products(resolved: Resolved) -> int | None:
    """Return the multiplications of one example in the Dense layers; None for a model with layers for images."""
    shape, products = resolved.schema.shape, 0
    for _, layer in layers.walk(resolved.experiment.model):
        if isinstance(layer, layers.Resizing) or type(layer).__module__ == image_layers.__name__:
            return None
        if isinstance(layer, layers.Flatten):
            shape = (math.prod(shape),)
        elif isinstance(layer, layers.Reshape):
            shape = layer.target_shape
        elif isinstance(layer, layers.Dense):
            products += abs(math.prod(shape)) * layer.units  # a -1 of Reshape is at least one
            shape = (*shape[:-1], layer.units)
    return products
