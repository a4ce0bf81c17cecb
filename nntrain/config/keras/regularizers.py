"""Penalties on weights or activities; their sum is logged as `regularization_loss`."""

from nntrain.config.named import Named
from nntrain.config.section import omitted
from nntrain.config.value_types import NonNegativeFloat


class Regularizer(Named):
    """The family of regularizers."""

    noun = "regularizer"


class L1(Regularizer):
    """l1 · Σ|w|."""

    shorthand = "l1"
    l1: NonNegativeFloat = omitted


class L2(Regularizer):
    """l2 · Σw²."""

    shorthand = "l2"
    l2: NonNegativeFloat = omitted


class L1L2(Regularizer):
    """l1 · Σ|w| + l2 · Σw²."""

    l1: NonNegativeFloat = omitted
    l2: NonNegativeFloat = omitted


class L2Norm(Regularizer):
    """l2 · √Σw², the unsquared norm; its gradient is l2 · w / ‖w‖. Ours."""

    shorthand = "l2"
    l2: NonNegativeFloat = 0.01
