"""The model of an experiment in float64, as the steps of one forward pass in training.

An activation inside a layer is a step of its own, so that a = W x + b and h = φ(a) are both seen.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from nntrain.config.resolve import Resolved
from nntrain.model.build import loss_of
from nntrain.model.custom import Network, ParametricActivation
from nntrain.model.penalties import penalty_on_all

_AT_ONCE = 100_000  # numbers that are texts at the same time
_MASKED = (keras.layers.Dropout, keras.layers.SpatialDropout2D)
_AUGMENTING = (
    keras.layers.RandomFlip,
    keras.layers.RandomRotation,
    keras.layers.RandomTranslation,
    keras.layers.RandomZoom,
    keras.layers.RandomContrast,
    keras.layers.RandomCrop,
    keras.layers.RandomErasing,
)
"""Layers without weights that compute in float32 only, such as `RandomRotation` in Keras 3.15."""


@contextmanager
def precision(name: str = "float64") -> Iterator[None]:
    """Let Keras make variables and constants of this dtype in the block."""
    keras.config.dtype_policy()  # Keras keeps its first answer, which must be that of float32
    before = keras.config.floatx()
    keras.config.set_floatx(name)
    try:
        yield
    finally:
        keras.config.set_floatx(before)


def decimals(values: Any) -> np.ndarray:
    """Return values as float64: of a float32, the shortest decimal that it stands for, so that 0.1 is 0.1 again."""
    array = np.asarray(values)
    if array.dtype != np.float32:
        return array.astype("float64")
    flat = array.ravel()
    parts = [flat[at : at + _AT_ONCE].astype(str).astype("float64") for at in range(0, len(flat), _AT_ONCE)]
    return np.concatenate([*parts, np.empty(0)]).reshape(array.shape)


def exact(thing: Any) -> Any:
    """Return a regularizer or an optimizer whose numbers stay float64: Keras makes a float32 of a Python float.

    The factor of `L1` is a tensor already in Keras 3.15.
    """
    for name, value in vars(thing).items():
        if isinstance(value, float):
            setattr(thing, name, np.float64(value))
        elif ops.is_tensor(value) and not isinstance(value, keras.Variable) and len(value.shape) == 0:
            setattr(thing, name, np.float64(decimals(value)))
    return thing


@dataclass(frozen=True)
class Step:
    """A part of the forward pass: tensors (n, *shape) to tensors. `symbol` is `a` before an activation, else `h`."""

    name: str
    symbol: str
    apply: Callable[[Any], Any]
    layer: keras.layers.Layer
    penalty: Callable[[Any], Any] | None
    is_softmax: bool
    mask: Callable[[Any], Any] | None = None


class Float64Model:
    """A float32 model in float64, to be used in `precision()`. Every pass draws the same random numbers."""

    def __init__(self, resolved: Resolved, model: Network) -> None:
        self.layers = [_in_float64(layer) for layer in model.layers]
        self.steps = [step for pair in zip(model.layers, self.layers, strict=True) for step in _steps(*pair)]
        self.loss_of = loss_of(resolved.train, self.layers[-1])
        self.regularizer = None if model.regularizer is None else exact(deepcopy(model.regularizer))
        variables = [variable for layer in self.layers for variable in layer.variables]
        self.weights = [variable for layer in self.layers for variable in layer.trainable_weights]
        trained = {id(variable) for variable in self.weights}
        self._state = [(each, each.numpy()) for each in variables if id(each) not in trained]

    def restore_state(self) -> None:
        """Put seeds and moving averages back, which a pass changes."""
        for variable, value in self._state:
            variable.assign(value)

    def forward(self, x: Any) -> list[Any]:
        """Return the output of each step; x: (n, *shape) float64."""
        self.restore_state()
        outputs: list[Any] = []
        for step in self.steps:
            outputs.append(step.apply(outputs[-1] if outputs else x))
        return outputs

    def masks(self, x: Any) -> dict[int, np.ndarray]:
        """Return what each Dropout multiplies its inputs by, by the index of its step."""
        outputs = self.forward(x)
        self.restore_state()
        inputs = [x, *outputs[:-1]]
        return {
            index: np.asarray(step.mask(ops.ones_like(inputs[index])))
            for index, step in enumerate(self.steps)
            if step.mask is not None
        }

    def penalty(self, outputs: Sequence[Any]) -> Any:
        """Return the sum of all penalties, a float64 scalar; that of outputs is for each example, as in Keras."""
        of_weights = [each.regularizer(each) for each in self.weights if each.regularizer is not None]
        if self.regularizer is not None:
            of_weights.append(penalty_on_all(self.regularizer, self.weights))
        pairs = zip(self.steps, outputs, strict=True)
        of_outputs = [step.penalty(output) / output.shape[0] for step, output in pairs if step.penalty]
        return sum([*of_weights, *of_outputs], start=ops.zeros((), "float64"))


def _in_float64(layer: keras.layers.Layer) -> keras.layers.Layer:
    """Return the layer in float64, with the decimals of its weights, without the activation and the penalty in it."""
    config = {
        **layer.get_config(),
        "dtype": "float32" if isinstance(layer, _AUGMENTING) else "float64",
    }
    if _inner_activation(layer) is not None:
        config["activation"] = "linear"
    config.pop("activity_regularizer", None)
    twin = type(layer).from_config(config)
    twin.build(layer.input.shape)
    for weight in twin.weights:
        if weight.regularizer is not None:
            exact(weight.regularizer)
    twin.set_weights([decimals(weight.numpy()) for weight in layer.weights])
    for state, of_layer in zip(_seeds(twin), _seeds(layer), strict=True):
        state.assign(of_layer)
    return twin


def _seeds(layer: keras.layers.Layer) -> list[keras.Variable]:
    """Return the states of the generators of a layer, so that each explanation draws the same numbers."""
    weights = {id(weight) for weight in layer.weights}
    return [variable for variable in layer.variables if id(variable) not in weights]


def _steps(layer: keras.layers.Layer, twin: keras.layers.Layer) -> Iterator[Step]:
    """Yield the steps of a layer: itself, and the activation in it; a penalty of outputs is that of the last one."""

    def apply(x: Any) -> Any:
        with precision(twin.compute_dtype):
            return ops.cast(twin(x, training=True), "float64")

    inner, penalty = _inner_activation(layer), deepcopy(layer.activity_regularizer)
    if penalty is not None:
        exact(penalty)
    own = None if inner is not None else penalty
    mask = apply if isinstance(layer, _MASKED) else None
    symbol = "a" if kernel_of(layer) is not None else "h"
    yield Step(layer.name, symbol, apply, twin, own, _is_softmax(layer), mask)
    if inner is not None:
        yield Step(layer.name, "h", inner, twin, penalty, inner is keras.activations.softmax)


def _inner_activation(layer: keras.layers.Layer) -> Callable[[Any], Any] | None:
    """Return the activation that is an option of a layer with weights, unless it is linear."""
    found = getattr(layer, "activation", None)
    whole = (keras.layers.Activation, ParametricActivation)  # which are nothing without it
    is_own = isinstance(layer, whole) or found in (None, keras.activations.linear)
    return None if is_own else found


def kernel_of(layer: keras.layers.Layer) -> Any:
    """Return the kernel of a layer, of a separable convolution the first one; None where it has none."""
    return next((weight for weight in layer.weights if weight.name.endswith("kernel")), None)


def _is_softmax(layer: keras.layers.Layer) -> bool:
    named = isinstance(layer, keras.layers.Activation) and layer.activation is keras.activations.softmax
    return named or isinstance(layer, keras.layers.Softmax)
