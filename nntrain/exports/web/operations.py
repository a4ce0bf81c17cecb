"""The layers of a model as operations of network.js, and its weights as base64."""

import base64
import math
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from nntrain.exports.exported_run import ExportedRun
from nntrain.exports.refused_layers import places, refused
from nntrain.model.table_encoding import LEVELS, NEAREST, TableEncoding
from nntrain.model.table_layers import PeriodicEmbedding

Operation = dict[str, Any]
Shape = tuple[int, ...]

_TRAINING_ONLY = (
    "Dropout", "AlphaDropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "RandomFlip", "RandomRotation",
    "RandomTranslation", "RandomZoom", "RandomContrast", "RandomErasing", "DecisionThreshold",
)  # fmt: skip


class CannotHold(Exception):
    """An option of a layer, or the layer itself, has no operation."""


class PageWeights:
    """The weights of a page, one after another as float32."""

    def __init__(self) -> None:
        self.parts: list[np.ndarray] = []
        self.count = 0

    def add(self, values: Any) -> dict[str, int]:
        """Add an array, and return where it is."""
        array = np.asarray(values, "<f4").reshape(-1)
        place = {"at": self.count, "size": array.size}
        self.parts.append(array)
        self.count += array.size
        return place

    def named(self, **values: Any) -> dict[str, dict[str, int]]:
        """Add arrays by name; those that are None are left out."""
        return {name: self.add(value) for name, value in values.items() if value is not None}

    def base64(self) -> str:
        """Return all of them, little-endian."""
        return base64.b64encode(np.concatenate([np.empty(0, "<f4"), *self.parts]).tobytes()).decode()


def operations(exported: ExportedRun) -> tuple[list[Operation], PageWeights]:
    """Return the operations and the weights of a model. Raises ConfigError for layers that have none, by name."""
    weights, found, bad = PageWeights(), list[Operation](), []
    shape: Shape = exported.saved.resolved.schema.shape
    for layer, (path, name) in zip(exported.exact.layers, places(exported), strict=True):
        output = tuple(layer.output.shape[1:])
        try:
            found += _of(layer, shape, output, weights)
        except CannotHold as fault:
            bad.append((path, name, str(fault)))
        shape = output
    if bad:
        raise refused("html", bad)
    return found, weights


def _of(layer: Any, shape: Shape, output: Shape, weights: PageWeights) -> Iterator[Operation]:
    """Yield the operations of one layer, from a shape to another one, without the batch axis."""
    kind = type(layer).__name__
    if not type(layer).__module__.startswith(("keras.", "nntrain.")):
        raise CannotHold("it is of a plug-in")
    if kind in _TRAINING_ONLY:
        return
    if kind in ("Flatten", "Reshape"):
        yield {"op": "reshape", "shape": list(output)}
    elif kind in ("Dense", "NTKDense"):
        yield _dense(layer, kind, weights)
    elif kind in ("Conv2D", "SeparableConv2D", "DepthwiseConv2D"):
        yield from _convolutions(layer, kind, weights)
    elif kind in ("MaxPooling2D", "AveragePooling2D"):
        yield {"op": "pool", "max": kind == "MaxPooling2D", "size": layer.pool_size, **_sliding(layer)}
    elif kind in ("GlobalAveragePooling2D", "GlobalMaxPooling2D"):
        yield {"op": "everywhere", "max": kind == "GlobalMaxPooling2D", "shape": list(output)}
    elif kind == "ZeroPadding2D":
        (top, _), (left, _) = layer.padding
        yield {"op": "cut", "top": top, "left": left, "height": output[0], "width": output[1]}
    elif kind == "RandomCrop":
        top, left = (max(0, size - cropped) // 2 for size, cropped in zip(shape[:2], output[:2], strict=True))
        yield {"op": "cut", "top": -top, "left": -left, "height": output[0], "width": output[1]}
    elif kind == "Ensemble":
        members = [list(_member(member.layers, shape, weights)) for member in layer.members]
        yield {"op": "ensemble", "logits": layer.logits, "members": members}
    elif kind == "TableEncoding":
        yield _table(layer, weights)
    elif kind == "PlaneFeatures":
        yield {"op": "plane", "features": layer.features}
    elif kind == "PeriodicEmbedding":
        yield from _periodic(layer, shape, weights)
    elif kind in ("BatchNormalization", "LayerNormalization"):
        yield from _normalizations(layer, kind, shape, weights)
    else:
        yield from _elementwise(layer, kind, shape, weights)
    if (activation := getattr(layer, "activation", None)) is not None and kind not in (
        "Activation",
        "ParametricActivation",
    ):
        yield from _activation(activation)


def _member(layers: list[Any], shape: Shape, weights: PageWeights) -> Iterator[Operation]:
    """Yield the operations of a network of an ensemble."""
    for layer in layers:
        output = tuple(layer.output.shape[1:])
        yield from _of(layer, shape, output, weights)
        shape = output


def _elementwise(layer: Any, kind: str, shape: Shape, weights: PageWeights) -> Iterator[Operation]:
    """Yield the operations of a layer that treats every number by itself."""
    match kind:
        case "Rescaling":
            yield {"op": "center", **weights.named(factor=layer.scale, offset=layer.offset)}
        case "Normalization":
            yield _standardized(layer, shape, weights)
        case "FeatureScale":
            yield {"op": "center", **weights.named(factor=layer.scale)}
        case "TargetNormalization":
            yield {"op": "center", **weights.named(factor=layer.deviation, offset=layer.mean)}
        case "LogLink":
            yield {"op": "loglink", **weights.named(mean=layer.mean, end=layer.end)}
        case "Activation":
            yield from _activation(layer.activation)
        case "ParametricActivation":
            [applied] = _activation(layer.activation) or [{"name": "linear"}]
            yield {**applied, "op": "parametric", **weights.named(alpha=layer.alpha)}
        case "ReLU":
            options = {"slope": layer.negative_slope or 0.0, "threshold": layer.threshold or 0.0}
            most = {} if layer.max_value is None else {"most": float(layer.max_value)}
            yield {"op": "activation", "name": "relu_of", **options, **most}
        case "LeakyReLU":
            yield {"op": "activation", "name": "leaky_relu", "slope": float(layer.negative_slope)}
        case "RReLU":
            yield {"op": "activation", "name": "leaky_relu", "slope": (layer.lower + layer.upper) / 2}
        case "Heaviside":
            yield {"op": "activation", "name": "step"}
        case "PReLU":
            yield {"op": "prelu", **weights.named(alpha=np.broadcast_to(layer.alpha.numpy(), shape))}
        case "ELU":
            yield {"op": "activation", "name": "elu", "alpha": float(layer.alpha)}
        case "Softmax":
            if layer.axis not in (-1, len(shape)):
                raise CannotHold("its axis is not the last one")
            yield {"op": "activation", "name": "softmax"}
        case _:
            raise CannotHold("")


def _activation(function: Any) -> list[Operation]:
    name = keras.activations.serialize(function)
    return [] if name == "linear" else [{"op": "activation", "name": str(name)}]


def _dense(layer: Any, kind: str, weights: PageWeights) -> Operation:
    kernel = layer.kernel.numpy()
    if kind == "NTKDense":
        kernel = kernel / math.sqrt(len(kernel))
    return {"op": "dense", "units": layer.units, **weights.named(kernel=kernel, bias=_bias(layer))}


def _bias(layer: Any) -> Any:
    return layer.bias if layer.use_bias else None


def _sliding(layer: Any) -> Operation:
    found = {"strides": list(layer.strides), "padding": layer.padding}
    return {**found, "dilation": list(layer.dilation_rate)} if hasattr(layer, "dilation_rate") else found


def _convolutions(layer: Any, kind: str, weights: PageWeights) -> Iterator[Operation]:
    """Yield a convolution; of a separable one those of each channel and then the one that mixes them."""
    window = {"size": list(layer.kernel_size), **_sliding(layer)}
    if kind == "Conv2D":
        sizes = {"filters": layer.filters, "groups": layer.groups}
        yield {"op": "conv", **window, **sizes, **weights.named(kernel=layer.kernel, bias=_bias(layer))}
    elif kind == "DepthwiseConv2D":
        named = weights.named(kernel=layer.kernel, bias=_bias(layer))
        yield {"op": "depthwise", **window, "multiplier": layer.depth_multiplier, **named}
    else:
        named = weights.named(kernel=layer.depthwise_kernel)
        yield {"op": "depthwise", **window, "multiplier": layer.depth_multiplier, **named}
        point = {"size": [1, 1], "strides": [1, 1], "padding": "valid", "groups": 1, "filters": layer.filters}
        yield {"op": "conv", **point, **weights.named(kernel=layer.pointwise_kernel, bias=_bias(layer))}


def _standardized(layer: Any, shape: Shape, weights: PageWeights) -> Operation:
    """Return a Normalization, whose mean and variance are spread over the shape."""
    given = layer.input_mean is not None
    mean, variance = (
        (layer.input_mean, layer.input_variance) if given else (layer.adapt_mean.numpy(), layer.adapt_variance.numpy())
    )
    if not given:
        mean, variance = (np.reshape(each, layer._broadcast_shape[1:]) for each in (mean, variance))
    mean, variance = (np.broadcast_to(np.asarray(each, "float32"), shape) for each in (mean, variance))
    scale = np.maximum(np.sqrt(variance, dtype="float64"), keras.config.epsilon())
    if layer.invert:
        return {"op": "center", **weights.named(factor=scale, offset=mean)}
    return {"op": "center", **weights.named(mean=mean, factor=1 / scale)}


def _normalizations(layer: Any, kind: str, shape: Shape, weights: PageWeights) -> Iterator[Operation]:
    """Yield BatchNormalization with the moments of training, or LayerNormalization, over the last axis."""
    axes = {axis % (len(shape) + 1) for axis in ([layer.axis] if isinstance(layer.axis, int) else layer.axis)}
    if axes != {len(shape)}:
        raise CannotHold("its axis is not the last one")
    gamma = layer.gamma.numpy().astype("float64") if layer.scale else np.ones(shape[-1])
    beta = layer.beta if layer.center else None
    if kind == "LayerNormalization":
        yield {"op": "standardize", "width": shape[-1], "epsilon": layer.epsilon}
        yield {"op": "center", **weights.named(factor=gamma, offset=beta)}
        return
    factor = gamma / np.sqrt(layer.moving_variance.numpy().astype("float64") + layer.epsilon)
    yield {"op": "center", **weights.named(mean=layer.moving_mean, factor=factor, offset=beta)}


def _periodic(layer: PeriodicEmbedding, shape: Shape, weights: PageWeights) -> Iterator[Operation]:
    columns = shape[0] if layer.columns is None else layer.columns
    if not columns:
        return
    plr = layer.kind == "plr"
    sizes = {"columns": columns, "frequencies": layer.frequencies, "outputs": layer.units if plr else layer.units - 1}
    named = weights.named(frequency=layer.frequency, kernel=layer.kernel, bias=layer.bias)
    named |= {} if plr else weights.named(phase=layer.phase)
    yield {"op": "periodic", "plr": plr, **sizes, **named}


def _table(layer: TableEncoding, weights: PageWeights) -> Operation:
    """Return a TableEncoding; the mean embeddings, of unseen values, are below the learned ones."""
    layout = layer._layout
    found: Operation = {"op": "table", "scaling": layer.scaling, "numbers": layout.numbers}
    found |= {"indicators": layout.indicators, "normal": layer.distribution == "normal"}
    found |= weights.named(fill=layer.fill, center=layer.center, factor=layer.factor)
    if layer.scaling == "quantile" and layout.numbers:
        found |= {"levels": LEVELS, "nearest": NEAREST, **weights.named(quantiles=layer.quantiles)}
    seen = {} if layer.seen is None else {place: _seen(layer, place) for place, size in enumerate(layout.sizes) if size}
    for name, listed in (("pairs", layout.pairs), ("expanded", dict.fromkeys(layout.expanded))):
        found[name] = [{"place": place, "seen": weights.add(seen[place])} for place in listed]
    found["embedded"] = [
        {"place": place, "seen": weights.add(seen[place]), **_rows(layout, index)}
        for index, place in enumerate(layout.embedded)
    ]
    if layout.embedded:
        table = np.concatenate([layer.embeddings.numpy(), np.asarray(layer._means())])
        found |= {"dimension": layer.embedding_dim, **weights.named(embeddings=table)}
    return found


def _seen(layer: TableEncoding, place: int) -> np.ndarray:
    first = sum(layer._layout.sizes[:place])
    return np.asarray(layer.seen.numpy()[first : first + layer._layout.sizes[place]])


def _rows(layout: Any, index: int) -> dict[str, int]:
    """Return the rows of the embeddings of a category: its first, that of missing values or -1, that of unseen ones."""
    first, end = layout.starts[index : index + 2]
    missing = end - 1 if layout.embedded[index] in layout.marked else -1
    return {"first": first, "missing": missing, "unseen": layout.starts[-1] + index}
