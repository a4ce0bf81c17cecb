"""Keras's losses, and `HalfSquaredError` of the lectures."""

from math import inf
from typing import ClassVar, Literal

from nntrain.config.foreign_names import LOSSES
from nntrain.config.named import Named
from nntrain.config.value_types import NonNegativeFloat, PositiveFloat, Share, omitted


class Loss(Named):
    """The family of losses. `labels` is what the loss compares the prediction with, `least` its smallest value."""

    noun = "loss"
    absent = LOSSES
    has_plugins = True
    labels: ClassVar[Literal["index", "one_hot", "binary", "number"]] = "number"
    least: ClassVar[float] = 0.0
    reduction: Literal["sum_over_batch_size", "sum", "mean"] = omitted


class BinaryCrossentropy(Loss):
    """-t log y - (1 - t) log(1 - y), for two classes and one sigmoid unit, or for numbers from 0 to 1."""

    labels = "binary"
    aliases = ("bce",)
    from_logits: bool = omitted
    label_smoothing: Share = omitted


class BinaryFocalCrossentropy(Loss):
    """Binary cross-entropy that reduces the weight of easy examples by (1 - p)^gamma (Lin et al. 2017)."""

    labels = "binary"
    apply_class_balancing: bool = omitted
    alpha: Share = omitted
    gamma: NonNegativeFloat = omitted
    from_logits: bool = omitted
    label_smoothing: Share = omitted


class CategoricalCrossentropy(Loss):
    """-Σ t log y on one-hot labels; nntrain makes them from the class indices."""

    labels = "one_hot"
    from_logits: bool = omitted
    label_smoothing: Share = omitted


class SparseCategoricalCrossentropy(Loss):
    """-log y[class] on class indices; `label_smoothing` is ours, as Keras has it on one-hot labels."""

    labels = "index"
    from_logits: bool = omitted
    label_smoothing: Share = omitted


class MeanSquaredError(Loss):
    """Mean of (t - y)² over outputs and examples."""

    aliases = ("mse",)


class MeanAbsoluteError(Loss):
    """Mean of |t - y|."""

    aliases = ("mae",)


class Huber(Loss):
    """Squared below `delta`, linear above: outliers count less."""

    delta: PositiveFloat = omitted


class LogCosh(Loss):
    """Mean of log cosh(t - y)."""


class MeanSquaredLogarithmicError(Loss):
    """Mean of (log(1 + t) - log(1 + y))², for numbers from 0 on: a ratio counts, not a difference."""

    aliases = ("msle",)


class MeanAbsolutePercentageError(Loss):
    """100 times the mean of |(t - y) / t|."""

    aliases = ("mape",)


class Hinge(Loss):
    """max(0, 1 - t y) for labels of -1 and 1, which Keras makes from 0 and 1."""

    labels = "binary"


class LogisticLoss(Hinge):
    """Mean of log(1 + e^(-t y)) for labels of -1 and 1, made from 0 and 1: logistic regression. Ours."""


class Poisson(Loss):
    """Mean of y - t log y, for counts."""

    least = -inf


class HalfSquaredError(Loss):
    """½ Σ (t - y)² over the outputs, mean over the examples: the cost of the lectures. Ours."""
