"""The shapes of what goes through the layers, as far as a config shows them."""

from collections.abc import Iterator, Sequence
from math import prod

from nntrain.config.keras import image_layers, layers, table_layers
from nntrain.errors import Path

Shape = tuple[int | None, ...]
"""The axes of one example, without the batch; None where only Keras computes the size."""

_FLAT = (layers.Flatten, image_layers.GlobalAveragePooling2D, image_layers.GlobalMaxPooling2D)
_RESIZE = (
    image_layers.Conv2D,
    image_layers.SeparableConv2D,
    image_layers.DepthwiseConv2D,
    image_layers.MaxPooling2D,
    image_layers.AveragePooling2D,
    image_layers.ZeroPadding2D,
)


def flow(model: Sequence[layers.Layer], shape: Shape) -> Iterator[tuple[Path, layers.Layer, Shape, Shape]]:
    """Yield every layer with its path, the shape of its input and that of its output."""
    for path, layer in layers.walk(model):
        after = _after(layer, shape)
        yield path, layer, shape, after
        shape = after


def output_shape(model: Sequence[layers.Layer], shape: Shape) -> Shape:
    """Return the shape that comes out of the last layer."""
    return [shape, *(after for *_, after in flow(model, shape))][-1]


def shown(shape: Shape) -> str:
    """Return the shape in words: `(28, 28, 10)`."""
    sizes = ", ".join("?" if size is None else str(size) for size in shape)
    return f"({sizes},)" if len(shape) == 1 else f"({sizes})"


def _after(layer: layers.Layer, shape: Shape) -> Shape:
    if isinstance(layer, _FLAT) and not getattr(layer, "keepdims", False):
        sizes = [size for size in shape if size is not None]
        return (prod(sizes) if isinstance(layer, layers.Flatten) and len(sizes) == len(shape) else shape[-1],)
    if isinstance(layer, layers.Reshape):
        return tuple(None if size == -1 else size for size in layer.target_shape)
    if isinstance(layer, layers.Dense):
        return (*shape[:-1], layer.units)
    if isinstance(layer, table_layers.PlaneFeatures):
        return (*shape[:-1], None if shape[-1] is None else len(layer.features) + shape[-1] - 2)
    if isinstance(layer, (table_layers.TableEncoding, table_layers.PeriodicEmbedding)):
        return (*shape[:-1], None)
    if isinstance(layer, (layers.Resizing, image_layers.RandomCrop)) and len(shape) == 3:
        return (layer.height, layer.width, shape[-1])
    if isinstance(layer, (*_RESIZE, *_FLAT)) and len(shape) == 3:
        return (None, None, getattr(layer, "filters", shape[-1]))
    return shape
