"""Measures a model on one batch of training rows, between two epochs, without changing anything of the training.

The batch goes through the layers in a `keras.StatelessScope`: what a layer would change (moving averages, random
generators) is thrown away, so a training with the doctor ends with the bits of one without.
"""

import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nntrain.doctor.case import Placed
from nntrain.doctor.vital_signs import LayerSigns, VitalSigns, number
from nntrain.errors import dotted
from nntrain.model.custom import Network
from nntrain.training.programs.arrays import Arrays, as_batch

ROWS = 128  # of the batch
ROWS_OF_IMAGES = 32  # where layers convolve, whose units have many outputs for each row
SHARE = 0.02  # of the time of the training that the measurements may take, except for the first and the last
CLOSE = 0.05  # to a bound of the activation, as a share of its range: there the slope of a sigmoid is below 0.05
_BOUNDS = {"sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "softsign": (-1.0, 1.0)}


class Probe:
    """Measures before the first epoch and after the last, and after 1, 2, 4, … as far as time allows if `is_timed`."""

    def __init__(self, model: Network, placed: Sequence[Placed], data: Arrays) -> None:
        self.model = model
        self._paths = [(each.path, each.activation, each.has_kernel) for each in placed]
        convolves = any(len(getattr(kernel, "shape", ())) > 2 for kernel in map(_kernel, model.layers))
        most = ROWS_OF_IMAGES if convolves else ROWS
        rows = np.linspace(0, len(data) - 1, min(most, len(data))).astype(np.int64)
        self._batch = as_batch(tuple(tf.constant(part) for part in _parts(data.take(np.unique(rows)))))
        self._initial = [None if kernel is None else kernel.value.numpy() for kernel in map(_kernel, model.layers)]
        self.is_timed = True
        self._spent, self._began = 0.0, time.perf_counter()

    def __call__(self, epoch: int, is_last: bool) -> dict[str, Any] | None:
        """Return what is measured after this epoch, or before the first where it is 0; None if it is not due."""
        if not is_last and not self._is_due(epoch):
            return None
        started = time.perf_counter()
        found = self.measure(epoch).as_json()
        self._spent += time.perf_counter() - started
        return found

    def _is_due(self, epoch: int) -> bool:
        elapsed = time.perf_counter() - self._began
        return not epoch or (epoch & (epoch - 1) == 0 and (not self.is_timed or self._spent < SHARE * elapsed))

    def measure(self, epoch: int) -> VitalSigns:
        """Return what the model is like now; it may have diverged, so its numbers may overflow."""
        with np.errstate(all="ignore"):
            return self._measure(epoch)

    def _measure(self, epoch: int) -> VitalSigns:
        kernels = [_kernel(layer) for layer in self.model.layers]
        # All variables are given: in an empty scope Keras 3.15 passes None to the regularizers.
        values = {id(each): (each, tf.convert_to_tensor(each.value)) for each in self.model.variables}
        tensors = [values[id(kernel)][1] for kernel in kernels if kernel is not None]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(tensors)
            with keras.StatelessScope(list(values.values()), initialize_variables=False):
                outputs, loss = self._forward()
        gradients = iter(tape.gradient(loss, tensors))
        found = []
        ends = self._ends()
        for index, ((path, _, has_kernel), kernel) in enumerate(zip(self._paths, kernels, strict=True)):
            gradient = None if kernel is None else next(gradients)
            if has_kernel and kernel is not None:
                at = ends[index]
                values = outputs[at].numpy().astype("float64")
                found.append(self._layer((index, dotted(path)), kernel, gradient, (values, self._paths[at][1])))
        return VitalSigns(epoch, number(float(loss)), tuple(found))

    def _forward(self) -> tuple[list[Any], Any]:
        x, y, weights = self._batch
        outputs = []
        for layer in self.model.layers:
            x = layer(x, training=True)
            outputs.append(x)
        return outputs, tf.cast(self.model.compute_loss(None, y, x, weights, training=True), "float32")

    def _ends(self) -> list[int]:
        """Return for each layer the place of its activation: itself, or a layer before the next kernel."""
        found, count = [], len(self._paths)
        for at in range(count):
            end = next((later for later in range(at + 1, count) if self._paths[later][2]), count)
            active = [place for place in range(at, end) if self._paths[place][1] != "linear"]
            found.append(active[0] if active else at)
        return found

    def _layer(
        self, place: tuple[int, str], kernel: Any, gradient: Any, activated: tuple[np.ndarray, str]
    ) -> LayerSigns:
        weight = kernel.value.numpy().astype("float64")
        first = np.asarray(self._initial[place[0]], np.float64)
        norm = float(np.linalg.norm(first))
        values, activation = activated
        flat = values.reshape(-1, values.shape[-1])
        return LayerSigns(
            layer=place[1],
            gradient=0.0 if gradient is None else number(float(np.linalg.norm(gradient.numpy().astype("float64")))),
            weight=number(float(np.linalg.norm(weight))),
            size=weight.size,
            moved=number(float(np.linalg.norm(weight - first)) / norm) if norm else 0.0,
            spread=number(float(flat.std(axis=0).mean())),
            dead=float((flat.max(axis=0) <= 0).mean()) if activation in ("relu", "relu6") else None,
            saturated=_saturated(flat, activation),
        )


def _kernel(layer: Any) -> Any:
    """Return the kernel of a layer that is trained, else None."""
    kernel = getattr(layer, "kernel", None) if hasattr(layer, "kernel_initializer") else None
    kernel = getattr(layer, "pointwise_kernel", None) if kernel is None else kernel
    return kernel if kernel is not None and layer.trainable else None


def _parts(data: Arrays) -> list[np.ndarray]:
    return [np.asarray(part) for part in (data.x, data.y, data.weights) if part is not None]


def _saturated(values: np.ndarray, activation: str) -> float | None:
    if activation not in _BOUNDS:
        return None
    low, high = _BOUNDS[activation]
    close = CLOSE * (high - low)
    return float(((values < low + close) | (values > high - close)).mean())
