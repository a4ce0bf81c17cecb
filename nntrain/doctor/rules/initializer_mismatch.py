"""The initial weights make the signal grow or shrink from layer to layer."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nntrain.config.keras import image_layers, layers
from nntrain.doctor.case import Block, Case
from nntrain.doctor.finding import Finding, Severity
from nntrain.doctor.prescription import prescribed
from nntrain.doctor.vital_signs import LayerSigns
from nntrain.errors import dotted

_KERNELS = (layers.Dense, image_layers.Conv2D)  # others, such as `NTKDense`, scale their kernels
_HALF = (
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "gelu",
    "silu",
    "swish",
    "mish",
)  # let about half of the variance through


@dataclass(frozen=True)
class Options:
    """The initial weights do not fit the activation.

    A kernel keeps the variance of the signal where fan_in · variance is 2 for ReLU (He et al. 2015,
    https://arxiv.org/abs/1502.01852) and 1 for other activations (Glorot and Bengio 2010). `factor`: the product over
    the hidden layers of what a layer multiplies the variance by. Keras's Glorot halves it in each ReLU layer, which 9
    layers take to 1/512 and still train; 1e4 is a factor of 100 in the standard deviation.
    `weights`: with fewer a kernel that fits is small by chance: a single draw of a normal distribution is below a tenth
    of its standard deviation in 8 of 100, the root mean square of four in 2 of 10,000 (chi-squared). None is so large.
    """

    factor: float = 1e4
    single: float = 100.0  # of one layer: ten times the standard deviation that fits
    weights: int = 4


def diagnose(case: Case, options: Options) -> Iterator[Finding]:
    """Yield a warning where the product, or one layer alone, is above the factor or below its inverse."""
    blocks = [block for block in case.hidden if not block.has(layers.BatchNormalization, layers.LayerNormalization)]
    first = {layer.layer: layer for layer in case.signs[0].layers} if case.signs and not case.signs[0].epoch else {}
    known = [block for block in blocks if dotted(block.head.path) in first]
    found = [(block.head.path, _gain(block, first[dotted(block.head.path)], options.weights)) for block in known]
    gains = {path: gain for path, gain in found if gain is not None}
    if not gains or not all(gains.values()):
        return  # kernels of zeros have a rule of their own
    product = math.prod(gain for _, gain in found if gain is not None)
    worst = max(gains, key=lambda path: max(gains[path], 1 / gains[path]))
    off = max(gains[worst], 1 / gains[worst])
    if off < options.single and 1 / options.factor < product < options.factor:
        return
    grows = product > 1 if max(product, 1 / product) > options.factor else gains[worst] > 1
    wrong = [block for block in blocks if not 0.4 < gains.get(block.head.path, 1.0) < 2.5] or blocks
    message = f"the initial weights make the signal {'grow' if grows else 'shrink'}: its variance is multiplied by "
    message += f"{product:.2g} in {len(found)} layers" if len(found) > 1 else f"{gains[worst]:.2g} in this layer"
    cure = prescribed(case, *(((*block.head.path, "kernel_initializer"), _fitting(block)) for block in wrong))
    evidence = {"variance_factor": product, "worst_layer_factor": gains[worst]}
    severe = max(product, 1 / product) > 1e8 and case.suspicion == "warning"
    severity: Severity = "error" if severe else case.suspicion
    yield Finding(severity, message, (*worst, "kernel_initializer"), evidence, cure, weight=6.0)


def _gain(block: Block, signs: LayerSigns, weights: int) -> float | None:
    """Return what the layer multiplies the variance of its inputs by, relative to what its activation needs.

    The variance of a kernel is weight² / size about 0, and its fan-in is size / units. None where it is not known, as
    where fewer than `weights` weights are small.
    """
    if block.activation == "softmax" or type(block.head.spec) not in _KERNELS:
        return None
    gain = signs.weight**2 / block.head.units / (2.0 if block.activation in _HALF else 1.0)
    return gain if gain > 1 or signs.size >= weights else None


def _fitting(block: Block) -> str:
    if block.activation == "selu":
        return "lecun_normal"
    return "glorot_uniform" if block.activation in ("tanh", "sigmoid", "hard_sigmoid", "linear") else "he_normal"
