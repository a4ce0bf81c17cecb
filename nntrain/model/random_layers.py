"""Layers with random numbers, which can be drawn before the step that uses them.

Keras's generator of a layer has a seed and a counter, which a training step raises by one. So the numbers of a layer
are a function of its seed and of the number of the step, and are the same wherever they are drawn, except in XLA, which
draws others, on a CPU ten times as slowly. Where XLA compiles the steps, a program draws the numbers of many steps with
TensorFlow's kernels first, and gives each step its own.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import keras
from keras import ops

from nntrain.model.member_numbers import MemberNumber


class SeedAtStep(keras.random.SeedGenerator):
    """The generator of a layer at one step; its state, (2,) of the dtype of Keras's seeds, is a tensor."""

    def __init__(self, state: Any) -> None:
        self.state = state

    def next(self, ordered: bool = True) -> Any:
        """Return the seed of the next draw, (2,), as Keras's generator does."""
        seed = self.state
        self.state = seed + ops.convert_to_tensor([0, 1], seed.dtype)
        return seed


class _RandomLayer:
    """What a layer draws and what it does with that; comes before Keras's class, whose own code draws in a graph."""

    seed_generator: Any
    numbers: Any = None  # those of the step that is traced, where they were drawn before
    amount = "rate"  # the option that says how much is random

    def draw(self, shape: Sequence[Any], seed: keras.random.SeedGenerator) -> Any:
        """Return the random numbers of a step, of inputs of this shape."""
        raise NotImplementedError

    def combine(self, inputs: Any, numbers: Any) -> Any:
        """Return the outputs of a training step with these numbers."""
        raise NotImplementedError

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the outputs, of the shape of the inputs."""
        if training and self.numbers is not None:
            return self.combine(inputs, self.numbers)
        if training and isinstance(getattr(self, self.amount), MemberNumber):
            return self.combine(inputs, self.draw(ops.shape(inputs), self.seed_generator))
        outputs: Any = super().call(inputs, training=training)  # type: ignore[misc]
        return outputs


class _Dropped(_RandomLayer):
    rate: float

    def draw(self, shape: Sequence[Any], seed: keras.random.SeedGenerator) -> Any:
        """Return which inputs are kept, booleans."""
        return keras.random.uniform(self._drawn_shape(shape), dtype=self._drawn_dtype, seed=seed) >= self.rate

    def combine(self, inputs: Any, numbers: Any) -> Any:
        """Return the kept inputs divided by the share that is kept, and 0 for the others."""
        return ops.where(numbers, inputs * ops.cast(1 / (1 - self.rate), inputs.dtype), ops.zeros((), inputs.dtype))

    def _drawn_shape(self, shape: Sequence[Any]) -> Any:
        given = getattr(self, "noise_shape", None) or [None] * len(shape)
        return [size if fixed is None else fixed for size, fixed in zip(shape, given, strict=True)]

    @property
    def _drawn_dtype(self) -> Any:
        return self.compute_dtype  # type: ignore[attr-defined]


class Dropout(_Dropped, keras.layers.Dropout):
    """Keras's layer. Shapes: any to the same."""

    __module__ = "keras.layers"  # under which it is saved: plain Keras loads its own class


class SpatialDropout2D(_Dropped, keras.layers.SpatialDropout2D):
    """Keras's layer. Shapes: (batch, rows, columns, channels) to the same."""

    __module__ = "keras.layers"

    def _drawn_shape(self, shape: Sequence[Any]) -> Any:
        return [shape[0], 1, 1, shape[3]]


class AlphaDropout(_Dropped, keras.layers.AlphaDropout):
    """Keras's layer (Klambauer et al. 2017, https://arxiv.org/abs/1706.02515). Shapes: any to the same."""

    __module__ = "keras.layers"

    def combine(self, inputs: Any, numbers: Any) -> Any:
        """Return the inputs, and SELU's limit at -∞ for the dropped ones, scaled to the mean and variance of before."""
        limit = -1.6732632423543772 * 1.0507009873554805
        scale = ((1 - self.rate) * (1 + self.rate * limit**2)) ** -0.5
        kept = ops.cast(numbers, inputs.dtype)
        return scale * (inputs * kept + limit * (1 - kept)) - scale * limit * self.rate

    @property
    def _drawn_dtype(self) -> Any:
        return keras.config.floatx()


class GaussianNoise(_RandomLayer, keras.layers.GaussianNoise):
    """Keras's layer. Shapes: any to the same."""

    __module__ = "keras.layers"
    amount = "stddev"

    def draw(self, shape: Sequence[Any], seed: keras.random.SeedGenerator) -> Any:
        """Return what is added, of the shape of the inputs."""
        return keras.random.normal(shape, 0.0, self.stddev, dtype=self.compute_dtype, seed=seed)

    def combine(self, inputs: Any, numbers: Any) -> Any:
        """Return the sums."""
        return inputs + numbers


class GaussianDropout(_RandomLayer, keras.layers.GaussianDropout):
    """Keras's layer. Shapes: any to the same."""

    __module__ = "keras.layers"

    def draw(self, shape: Sequence[Any], seed: keras.random.SeedGenerator) -> Any:
        """Return the factors, of the shape of the inputs."""
        ratio = self.rate / (1 - self.rate)
        deviation = math.sqrt(ratio) if isinstance(ratio, float) else ops.sqrt(ratio)
        return keras.random.normal(shape, 1.0, deviation, dtype=self.compute_dtype, seed=seed)

    def combine(self, inputs: Any, numbers: Any) -> Any:
        """Return the products."""
        return inputs * numbers


@keras.saving.register_keras_serializable("nntrain")
class RReLU(keras.layers.Layer):
    """Randomized leaky ReLU: x above 0, slope · x below (Xu et al. 2015, https://arxiv.org/abs/1505.00853).

    In training the slope of each value is uniform in [lower, upper]; at inference it is (lower + upper) / 2.
    Shapes: any to the same.
    """

    numbers: Any = None  # as in the other layers

    def __init__(self, lower: float = 0.125, upper: float = 1 / 3, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lower = lower
        self.upper = upper
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def draw(self, shape: Sequence[Any], seed: keras.random.SeedGenerator) -> Any:
        """Return the slopes, of the shape of the inputs."""
        return keras.random.uniform(shape, self.lower, self.upper, dtype=self.compute_dtype, seed=seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the activations, of the shape and dtype of the inputs."""
        slope = (self.lower + self.upper) / 2
        if training:
            slope = self.draw(ops.shape(inputs), self.seed_generator) if self.numbers is None else self.numbers
        return ops.where(inputs >= 0, inputs, slope * inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        return {**super().get_config(), "lower": self.lower, "upper": self.upper, "seed": self.seed}


def drawing(layers: Iterable[Any]) -> list[Any]:
    """Return the layers here that draw numbers: not a Dropout of rate 0, which has no generator."""
    return [each for each in layers if isinstance(each, (_RandomLayer, RReLU)) and hasattr(each, "seed_generator")]
