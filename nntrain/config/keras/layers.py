"""The layers of a Sequential model: Keras's classes with Keras's arguments, and `RReLU` and `Repeat` of ours."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from nntrain.config.foreign_names import LAYER_OPTIONS, LAYERS
from nntrain.config.keras.activations import ACTIVATIONS, ActivationName
from nntrain.config.keras.weights import Constraint, Initializer, Regularizer
from nntrain.config.messages import problem, shown
from nntrain.config.named import Named
from nntrain.config.value_types import (
    Axes,
    Fraction,
    LayerName,
    NonNegativeFloat,
    Number,
    PositiveFloat,
    PositiveInt,
    Rate,
    Scale,
    Seed,
    Shape,
    Share,
    is_whole,
    omitted,
)
from nntrain.errors import Path


def _noise_shape(value: Any) -> tuple[int | None, ...]:
    if isinstance(value, (list, tuple)) and value and all(item is None or is_whole(item, 1) for item in value):
        return tuple(value)
    raise problem(
        f"a noise shape must be a list of whole numbers from 1 and `null`, got {shown(value)}",
        "write `[null, 1]`: the first is the batch, `null` takes the size of the input, and 1 shares one draw",
    )


NoiseShape = Annotated[
    tuple[int | None, ...],
    PlainValidator(_noise_shape),
    WithJsonSchema({"type": "array", "items": {"type": ["integer", "null"], "minimum": 1}, "minItems": 1}),
]


class Layer(Named):
    """The family of layers. `exact` ones compute in float32 in mixed precision too."""

    noun = "layer"
    has_plugins = True
    several = True
    exact: ClassVar[bool] = False
    elsewhere: ClassVar = LAYER_OPTIONS
    absent: ClassVar = {
        **{name: f"write `Activation: {name}`" for name in ACTIVATIONS},
        **LAYERS,
    }


class _Bare(Layer):
    name: LayerName = omitted


class _KerasLayer(_Bare):
    trainable: bool = omitted


class _Activity(_KerasLayer):
    activity_regularizer: Regularizer = omitted


class _Bias(_Activity):
    activation: ActivationName = omitted
    use_bias: bool = omitted
    bias_initializer: Initializer = omitted
    bias_regularizer: Regularizer = omitted
    bias_constraint: Constraint = omitted


class _Kernel(_Bias):
    kernel_initializer: Initializer = omitted
    kernel_regularizer: Regularizer = omitted
    kernel_constraint: Constraint = omitted


class Dense(_Kernel):
    """Every unit sees every input: activation(x W + b)."""

    shorthand = "units"
    units: PositiveInt


class Flatten(_KerasLayer):
    """All axes but the batch in one."""


class Reshape(_KerasLayer):
    """The same numbers in another shape; -1 is inferred."""

    shorthand = "target_shape"
    target_shape: Shape


class Rescaling(_KerasLayer):
    """scale · x + offset; `scale: 1/255` brings pixels to 0 to 1."""

    exact = True
    shorthand = "scale"
    scale: Scale
    offset: Fraction = omitted


class Normalization(_KerasLayer):
    """Mean 0 and variance 1 for each feature, measured on the training split only; a constant one is not scaled."""

    exact = True
    axis: Axes = omitted
    mean: Fraction = omitted
    variance: Fraction = omitted
    invert: bool = omitted


class Resizing(_KerasLayer):
    """Images of another size."""

    exact = True
    height: PositiveInt
    width: PositiveInt
    interpolation: Literal["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5", "area"] = omitted
    crop_to_aspect_ratio: bool = omitted
    pad_to_aspect_ratio: bool = omitted
    fill_mode: Literal["constant"] = omitted
    fill_value: Number = omitted
    antialias: bool = omitted


class Activation(_KerasLayer):
    """An activation function as a separate layer."""

    shorthand = "activation"
    activation: ActivationName


class ReLU(_KerasLayer):
    """max(0, x), with an optional ceiling, slope and threshold."""

    max_value: NonNegativeFloat = omitted
    negative_slope: NonNegativeFloat = omitted
    threshold: NonNegativeFloat = omitted


class LeakyReLU(_KerasLayer):
    """x above 0, negative_slope · x below."""

    shorthand = "negative_slope"
    negative_slope: NonNegativeFloat = 0.3


class RReLU(_KerasLayer):
    """Leaky ReLU with a random slope for each value in training, and the mean slope at inference. Ours."""

    lower: NonNegativeFloat = 0.125
    upper: NonNegativeFloat = 1 / 3
    seed: Seed = omitted


class Heaviside(_KerasLayer):
    """1 from 0 on, 0 below, with 1 for its derivative: the perceptron rule, with `HalfSquaredError`. Ours."""


class PReLU(_KerasLayer):
    """Leaky ReLU whose slope is learned."""

    alpha_initializer: Initializer = omitted
    alpha_regularizer: Regularizer = omitted
    alpha_constraint: Constraint = omitted
    shared_axes: Axes = omitted


class ELU(_KerasLayer):
    """x above 0, alpha (e^x - 1) below."""

    shorthand = "alpha"
    alpha: NonNegativeFloat = omitted


class Softmax(_KerasLayer):
    """e^x / Σ e^x: probabilities of the classes."""

    axis: Axes = omitted


class _Drop(_KerasLayer):
    shorthand = "rate"
    rate: Rate
    seed: Seed = omitted


class Dropout(_Drop):
    """Sets a random share `rate` of the inputs to 0 in training and scales the rest up."""

    noise_shape: NoiseShape = omitted


class AlphaDropout(_Drop):
    """Dropout that keeps mean and variance; for SELU."""

    noise_shape: NoiseShape = omitted


class SpatialDropout2D(_Bare):
    """Drops whole feature maps."""

    shorthand = "rate"
    rate: Rate
    seed: Seed = omitted


class GaussianNoise(_KerasLayer):
    """Adds normal noise in training."""

    shorthand = "stddev"
    stddev: NonNegativeFloat
    seed: Seed = omitted


class GaussianDropout(_Drop):
    """Multiplies by normal noise of mean 1 in training."""


class _Norm(_KerasLayer):
    axis: Axes = omitted
    epsilon: PositiveFloat = omitted
    center: bool = omitted
    scale: bool = omitted
    beta_initializer: Initializer = omitted
    gamma_initializer: Initializer = omitted
    beta_regularizer: Regularizer = omitted
    gamma_regularizer: Regularizer = omitted
    beta_constraint: Constraint = omitted
    gamma_constraint: Constraint = omitted


class BatchNormalization(_Norm):
    """Normalizes each feature over the batch in training, by moving averages at inference (Ioffe and Szegedy 2015)."""

    momentum: Annotated[float, Field(ge=0, lt=1)] = omitted
    moving_mean_initializer: Initializer = omitted
    moving_variance_initializer: Initializer = omitted
    renorm: bool = omitted
    renorm_momentum: Share = omitted
    synchronized: bool = omitted


class LayerNormalization(_Norm):
    """Normalizes each example over its features (Ba et al. 2016)."""


MOST_REPEATED = 5000


class Repeat(Layer):
    """A list of layers, several times. Ours."""

    times: Annotated[int, Field(ge=1, le=1000)]
    layers: Annotated[list[Layer], Field(min_length=1)]

    @property
    def count(self) -> int:
        """The number of layers that it stands for."""
        return self.times * sum(layer.count if isinstance(layer, Repeat) else 1 for layer in self.layers)

    @model_validator(mode="after")
    def _refuse_too_many(self) -> "Repeat":
        if self.count > MOST_REPEATED:
            message = f"`Repeat` makes {self.count:,} layers, at most {MOST_REPEATED:,} are possible"
            raise problem(message, "repeat fewer layers, or fewer times")
        return self


def walk(layers: Sequence[Layer], path: Path = ("model",)) -> Iterator[tuple[Path, Layer]]:
    """Yield every layer for Keras with its path, in order; those inside `Repeat` once for each time."""
    for index, layer in enumerate(layers):
        here = (*path, index)
        if isinstance(layer, Repeat):
            for _ in range(layer.times):
                yield from walk(layer.layers, (*here, "Repeat", "layers"))
        else:
            yield (*here, layer.called()), layer
