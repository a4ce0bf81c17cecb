"""How large a model is: its parameters, by how they get their values, and the multiplications of an example."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import keras


@dataclass(frozen=True)
class Parameters:
    """How many weights there are of each kind."""

    trainable: int = 0  # the optimizer trains them
    frozen: int = 0  # of layers with `trainable: false`
    statistics: int = 0  # moving averages of batch normalization, which follow the training
    constants: int = 0  # measured on the training split before the training, such as the mean of `Normalization`

    def __add__(self, other: "Parameters") -> "Parameters":
        return Parameters(*map(sum, zip(asdict(self).values(), asdict(other).values(), strict=True)))

    def as_json(self) -> dict[str, int]:
        """Return the count of each kind, and of all."""
        counts = asdict(self)
        return {**counts, "total": sum(counts.values())}


def count(layers: Iterable[keras.layers.Layer]) -> Parameters:
    """Return the parameters of all these layers."""
    return sum(map(_of_layer, layers), Parameters())


def _of_layer(layer: keras.layers.Layer) -> Parameters:
    trainable = sum(math.prod(weight.shape) for weight in layer.trainable_weights)
    moving = sum(math.prod(weight.shape) for weight in layer.weights if weight.name.startswith("moving_"))
    rest = sum(math.prod(weight.shape) for weight in layer.weights) - trainable - moving
    if layer.trainable or isinstance(layer, keras.layers.Normalization):
        return Parameters(trainable, statistics=moving, constants=rest)
    return Parameters(trainable, frozen=rest, statistics=moving)


def multiplications(layer: keras.layers.Layer) -> int:
    """Return the products of inputs and kernels for one example; additions and what is done to each value not counted.

    A kernel is used once at every place of the output: 1 for `Dense`, height x width for a convolution.
    """
    places = math.prod(layer.output.shape[1:-1])
    kernels = [weight for weight in layer.weights if weight.name.endswith("kernel")]
    return int(places * sum(math.prod(kernel.shape) for kernel in kernels))
