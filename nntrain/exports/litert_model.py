"""A model as a file of LiteRT, by TensorFlow's converter, with LiteRT's own operations alone."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from nntrain.backend import stderr_dropped
from nntrain.exports.constant_graph import module_of, quiet
from nntrain.exports.converting import Converter
from nntrain.exports.formats import Precision


def write(model: Any, file: Path, precision: Precision = "float32", calibration: np.ndarray | None = None) -> None:
    """Write a Keras model with weights in this precision; inputs and outputs stay float32.

    float16: the weights. dynamic: weights of int8, inputs of a layer are quantized when it computes. int8: everything,
    by the ranges that the numbers have for `calibration`, (n, *shape). Raises what the converter raises.
    """
    with stderr_dropped(), quiet():
        module = module_of(model)
        converter = tf.lite.TFLiteConverter.from_concrete_functions([module.predict.get_concrete_function()], module)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if precision != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if precision == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if precision == "int8":
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.representative_dataset = lambda: _rows(calibration)
        file.write_bytes(converter.convert())


def converter(precision: Precision, calibration: np.ndarray | None) -> Converter:
    """Return what writes a model as `write` does, and runs it with LiteRT."""
    return Converter(partial(write, precision=precision, calibration=calibration), write, "litert")


def _rows(x: np.ndarray | None) -> Iterator[list[np.ndarray]]:
    for row in () if x is None else x:
        yield [row[None]]
