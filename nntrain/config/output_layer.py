"""Which layer is the output layer, and what the loss then sees."""

from collections.abc import Sequence
from dataclasses import dataclass

from nntrain.config.data_schema import Schema
from nntrain.config.keras import layers
from nntrain.config.keras.activations import OUTPUT_ACTIVATIONS
from nntrain.errors import Path

DROPS = (layers.Dropout, layers.AlphaDropout, layers.GaussianDropout, layers.GaussianNoise, layers.SpatialDropout2D)


@dataclass(frozen=True)
class OutputLayer:
    """The output layer: where it stands, its activation, its units where the config tells."""

    path: Path
    activation: str
    units: int | None
    units_path: Path = ()  # of the Dense that has these units


def find_output_layer(model: Sequence[layers.Layer], schema: Schema | None) -> OutputLayer | None:
    """The output layer, or None where the user left it out.

    A last layer whose activation is linear, sigmoid or softmax is one, and so is a last Dense with as many units as a
    regression has targets. A hidden activation such as ReLU, or a pooling, says that the output layer was left out.
    Behind a Dropout or a BatchNormalization only a Dense that fits the data counts.
    """
    flat = list(layers.walk(tuple(model)))
    inner = _without_trailing(flat)
    output = _output_layer_at_end(inner, schema)
    if output is None or len(inner) == len(flat) or output.activation == "softmax":
        return output
    return output if schema is None or output.units in expected_units(schema) else None


def expected_units(schema: Schema) -> tuple[int, ...]:
    """The numbers of output units that fit the data."""
    if not schema.classes:
        return (schema.target_count,)
    return (1, 2) if schema.task == "binary" else (len(schema.classes),)


def after_output_layer(model: Sequence[layers.Layer], output: OutputLayer) -> list[tuple[Path, layers.Layer]]:
    """The Dropout and noise layers that follow the output layer."""
    flat = list(layers.walk(tuple(model)))
    places = [path for path, _ in flat]
    return [(path, layer) for path, layer in flat[places.index(output.path) + 1 :] if isinstance(layer, DROPS)]


def _without_trailing(flat: list[tuple[Path, layers.Layer]]) -> list[tuple[Path, layers.Layer]]:
    end = len(flat)
    while end and isinstance(flat[end - 1][1], (*DROPS, layers.BatchNormalization)):
        end -= 1
    return flat[:end]


def _output_layer_at_end(flat: list[tuple[Path, layers.Layer]], schema: Schema | None) -> OutputLayer | None:
    if not flat:
        return None
    path, last = flat[-1]
    if isinstance(last, layers.Dense):
        activation = last.activation or "linear"
        fits = schema is not None and schema.task != "multiclass" and last.units in (1, schema.target_count)
        return OutputLayer(path, activation, last.units, path) if activation in OUTPUT_ACTIVATIONS or fits else None
    if isinstance(last, layers.Softmax):
        return OutputLayer(path, "softmax", *_units_before(flat))
    if isinstance(last, layers.Activation) and last.activation in OUTPUT_ACTIVATIONS:
        return OutputLayer(path, last.activation, *_units_before(flat))
    return None


def _units_before(flat: list[tuple[Path, layers.Layer]]) -> tuple[int | None, Path]:
    """The units of the Dense that the last activation works on, where nothing between changes their number."""
    for path, layer in reversed(flat[:-1]):
        if isinstance(layer, layers.Dense):
            return layer.units, path
        if not isinstance(layer, (*DROPS, layers.BatchNormalization)):
            return None, ()
    return None, ()
