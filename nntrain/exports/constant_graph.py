"""A model as a graph of TensorFlow without variables, for converters: its weights are constants in it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf
from keras import ops
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from nntrain.model.custom import TableEncoding

INPUT = "x"

# Giles 2012, "Approximating the erfinv function": the polynomials of single precision, highest power first.
_MIDDLE = (2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 2.1858087e-04, -1.25372503e-03,
           -4.17768164e-03, 0.246640727, 1.50140941)  # fmt: skip
_TAILS = (-2.00214257e-04, 1.00950558e-04, 1.34934322e-03, -3.67342844e-03, 5.73950773e-03, -7.6224613e-03,
          9.43887047e-03, 1.00167406, 2.83297682)  # fmt: skip


def inlined(model: keras.Sequential) -> Any:
    """Return a concrete function of the model at inference, from float32 (n, *shape) to (n, …).

    Its graph calls no other function.
    """
    function = module_of(model).predict.get_concrete_function()
    return convert_variables_to_constants_v2(function, lower_control_flow=False, aggressive_inlining=True)


def module_of(model: keras.Sequential) -> tf.Module:
    """Return a module without variables, whose function `predict` is the model at inference."""
    values = [(variable, variable.numpy()) for variable in model.variables]

    def predict(x: Any) -> Any:
        constants = [(variable, tf.constant(value)) for variable, value in values]
        with keras.StatelessScope(state_mapping=constants, initialize_variables=False), _known_operations(model):
            return model(x, training=False)

    module = tf.Module()
    shape = [None, *model.input_shape[1:]]
    module.predict = tf.function(predict, input_signature=[tf.TensorSpec(shape, tf.float32, name=INPUT)])
    return module


@contextmanager
def _known_operations(model: keras.Sequential) -> Iterator[None]:
    """Let the layers compute with operations that runtimes beside TensorFlow know.

    Keras computes a convolution in groups by a function for XLA, which no converter takes apart; so that none is made.
    """
    encodings = [layer for layer in model.layers if isinstance(layer, TableEncoding)]
    for layer in encodings:
        layer.erfinv = erfinv
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)
        for layer in encodings:
            del layer.erfinv


def erfinv(x: Any) -> Any:
    """Return the inverse of the error function to about 1e-6 of its value; x: float32 above -1 and below 1."""
    w = -ops.log((1 - x) * (1 + x))
    middle, tails = w - 2.5, ops.sqrt(ops.maximum(w, 5.0)) - 3
    return ops.where(w < 5, _polynomial(_MIDDLE, middle), _polynomial(_TAILS, tails)) * x


def _polynomial(factors: tuple[float, ...], x: Any) -> Any:
    first, *others = factors
    total = ops.full_like(x, first)
    for factor in others:
        total = total * x + factor
    return total


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the converters from printing what is going on."""
    loggers = [logging.getLogger(name) for name in ("tensorflow", "tf2onnx", "absl", "tf2onnx.tfonnx")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
