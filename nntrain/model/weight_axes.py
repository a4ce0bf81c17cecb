"""Which axis of which weight follows the columns of the inputs, or the units of the output."""

import keras
import numpy as np

from nntrain.model.custom import Network
from nntrain.model.restore import SavedModel
from nntrain.model.table_encoding import TableEncoding
from nntrain.model.table_layers import PeriodicEmbedding


def feature_axes(model: Network) -> tuple[dict[str, int], bool]:
    """Return the axis of each weight that has an entry for each input column, by path, and whether these are all.

    The columns keep their places in every layer up to the first Dense, but not through a Reshape, a
    TableEncoding or a PeriodicEmbedding.
    """
    axes: dict[str, int] = {}
    columns = model.input_shape[-1]
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense):
            return {**axes, layer.kernel.path: 0}, True
        if isinstance(layer, (keras.layers.Reshape, TableEncoding, PeriodicEmbedding)):
            return axes, False
        axes |= {weight.path: -1 for weight in layer.weights if tuple(weight.shape[-1:]) == (columns,)}
    return axes, True


def output_axes(model: Network, units: int) -> tuple[dict[str, int], bool]:
    """Return the axis of the units in each weight of the output, by path, and whether it has that many units.

    The output begins at the last layer with a kernel. The units keep their places in the layers after it, but not
    through a Flatten or Reshape of maps.
    """
    axes: dict[str, int] = {}
    exact = True
    for layer in reversed(model.layers):
        exact &= not (isinstance(layer, (keras.layers.Flatten, keras.layers.Reshape)) and len(layer.input.shape) > 2)
        for weight in layer.weights:
            exact &= not weight.shape or weight.shape[-1] == units
            axes |= {weight.path: -1} if weight.shape else {}
        if hasattr(layer, "kernel"):
            return axes, exact
    return axes, exact


def flipped(saved: SavedModel, axes: dict[str, int], weights: dict[str, np.ndarray]) -> bool:
    """Change the sign of a single unit's weights, which swaps two classes; return whether that is exact."""
    layer = next((layer for layer in reversed(saved.model.layers) if hasattr(layer, "kernel")), None)
    odd = saved.resolved.output.units == 1 and saved.resolved.output.activation in ("sigmoid", "linear")
    if not odd or not isinstance(layer, keras.layers.Dense) or axes.keys() != {weight.path for weight in layer.weights}:
        return False
    for path in axes:
        weights[path] = -weights[path]
    return True
