"""Which layer is the output layer."""

from collections.abc import Sequence
from dataclasses import dataclass

from nntrain.config.data_schema import Schema
from nntrain.config.keras import layers
from nntrain.config.keras.activations import OUTPUT_ACTIVATIONS
from nntrain.config.keras.table_layers import OF_TARGETS, DecisionThreshold
from nntrain.errors import Path

DROPS = (layers.Dropout, layers.AlphaDropout, layers.GaussianDropout, layers.GaussianNoise, layers.SpatialDropout2D)


@dataclass(frozen=True)
class OutputLayer:
    """The output layer: its path, its activation, and its units if the config determines them."""

    path: Path
    activation: str
    units: int | None
    units_path: Path = ()  # of the Dense that has these units

    @property
    def is_one_softmax(self) -> bool:
        """Whether it is a softmax over a single unit, which is always 1."""
        return self.units == 1 and self.activation == "softmax"


def find_output_layer(model: Sequence[layers.Layer], schema: Schema | None) -> OutputLayer | None:
    """Return the output layer, or None if the user left it out.

    It is a last layer whose activation is linear, sigmoid, softmax or Heaviside's, or a last Dense with as many units
    as a regression has targets. A hidden activation such as ReLU, or a pooling, means that the output layer was left
    out. Before a trailing Dropout or BatchNormalization only a Dense that fits the data counts, and so before a
    trailing Rescaling, TargetNormalization or LogLink of a regression, which bring outputs to the size of the targets.
    """
    flat = list(layers.walk(tuple(model)))
    is_regression = schema is not None and not schema.classes
    last = (layers.Rescaling, *OF_TARGETS) if is_regression else (DecisionThreshold,)
    inner = _without_trailing(flat, last)
    output = _output_layer_at_end(inner, schema)
    if output is None or len(inner) == len(flat) or output.activation == "softmax":
        return output
    return output if schema is None or output.units in expected_units(schema) else None


def expected_units(schema: Schema) -> tuple[int, ...]:
    """Return the numbers of output units that fit the data."""
    if not schema.classes:
        return (schema.target_count,)
    return (1, 2) if schema.task == "binary" else (len(schema.classes),)


def after_output_layer(model: Sequence[layers.Layer], output: OutputLayer) -> list[tuple[Path, layers.Layer]]:
    """Return the Dropout and noise layers after the output layer."""
    flat = list(layers.walk(tuple(model)))
    ends = [index for index, (path, _) in enumerate(flat, start=1) if path == output.path]
    return [(path, layer) for path, layer in flat[ends[0] :] if isinstance(layer, DROPS)] if ends else []


def _without_trailing(
    flat: list[tuple[Path, layers.Layer]], more: tuple[type[layers.Layer], ...]
) -> list[tuple[Path, layers.Layer]]:
    end = len(flat)
    while end and isinstance(flat[end - 1][1], (*DROPS, layers.BatchNormalization, *more)):
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
        return _activated(path, "softmax", flat[:-1])
    if isinstance(last, layers.Heaviside):
        return _activated(path, "heaviside", flat[:-1])
    if isinstance(last, layers.Activation) and last.activation in OUTPUT_ACTIVATIONS:
        return _activated(path, last.activation, flat[:-1])
    return None


def _activated(path: Path, activation: str, before: list[tuple[Path, layers.Layer]]) -> OutputLayer:
    """Return the output layer that is an activation: its units are those of the Dense before it, if unchanged."""
    changing = (at for at in reversed(before) if not isinstance(at[1], (*DROPS, layers.BatchNormalization)))
    dense_path, dense = next(changing, ((), None))
    if isinstance(dense, layers.Dense):
        return OutputLayer(path, activation, dense.units, dense_path)
    return OutputLayer(path, activation, None)
