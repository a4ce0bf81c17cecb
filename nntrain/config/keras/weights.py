"""Keras's initializers, regularizers (logged as `regularization_loss`), constraints (enforced after every step)."""

from typing import ClassVar, Literal

from nntrain.config.foreign_names import INITIALIZERS
from nntrain.config.named import Named
from nntrain.config.value_types import Axes, NonNegativeFloat, Number, Numbers, PositiveFloat, Seed, Share, omitted


class Initializer(Named):
    """The family of initializers."""

    noun = "initializer"
    absent = INITIALIZERS
    has_plugins = True


class _Random(Initializer):
    seed: Seed = omitted


class GlorotNormal(_Random):
    """Normal with variance 2 / (fan_in + fan_out), for sigmoid and tanh (Glorot and Bengio 2010)."""


class GlorotUniform(_Random):
    """Uniform with variance 2 / (fan_in + fan_out); Keras's default for kernels."""


class HeNormal(_Random):
    """Normal with variance 2 / fan_in, for ReLU (He et al. 2015)."""


class HeUniform(_Random):
    """Uniform with variance 2 / fan_in, for ReLU."""


class LecunNormal(_Random):
    """Normal with variance 1 / fan_in, for SELU (LeCun et al. 1998)."""


class LecunUniform(_Random):
    """Uniform with variance 1 / fan_in."""


class VarianceScaling(_Random):
    """Variance scale / n, where n is fan_in, fan_out or their mean."""

    scale: PositiveFloat = omitted
    mode: Literal["fan_in", "fan_out", "fan_avg"] = omitted
    distribution: Literal["truncated_normal", "untruncated_normal", "uniform"] = omitted


class RandomNormal(_Random):
    """Normal with a given mean and standard deviation."""

    aliases: ClassVar = ("normal",)
    mean: Number = omitted
    stddev: NonNegativeFloat = omitted


class RandomUniform(_Random):
    """Uniform between two bounds."""

    aliases: ClassVar = ("uniform",)
    minval: Number = omitted
    maxval: Number = omitted


class TruncatedNormal(_Random):
    """Normal without the values beyond two standard deviations."""

    mean: Number = omitted
    stddev: NonNegativeFloat = omitted


class Constant(Initializer):
    """One value for all weights; in the kernel of a hidden layer it keeps all units equal."""

    shorthand = "value"
    value: Number = omitted


class Zeros(Initializer):
    """All weights 0; usual for biases."""

    aliases: ClassVar = ("zero",)


class Ones(Initializer):
    """All weights 1."""

    aliases: ClassVar = ("one",)


class Orthogonal(_Random):
    """A random orthogonal matrix times `gain` (Saxe et al. 2014)."""

    gain: Number = omitted


class Identity(Initializer):
    """The identity matrix times `gain`; for square kernels."""

    gain: Number = omitted


class Values(Initializer):
    """Exactly these weights, in the shape of the weight: for exercises worked by hand. Ours."""

    shorthand = "values"
    values: Numbers


class ClassShares(Initializer):
    """The bias with which the output layer begins by predicting the shares of the classes in training. Ours."""


class Regularizer(Named):
    """The family of regularizers."""

    noun = "regularizer"
    has_plugins = True


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


class Constraint(Named):
    """The family of constraints."""

    noun = "constraint"
    has_plugins = True


class MaxNorm(Constraint):
    """The weights into a unit have at most this norm; a smaller norm stays as it is."""

    shorthand = "max_value"
    max_value: NonNegativeFloat = omitted
    axis: Axes = omitted


class UnitNorm(Constraint):
    """The weights into a unit have norm 1."""

    axis: Axes = omitted


class NonNeg(Constraint):
    """No weight is below 0."""


class MinMaxNorm(Constraint):
    """The weights into a unit have a norm between two bounds."""

    min_value: NonNegativeFloat = omitted
    max_value: NonNegativeFloat = omitted
    rate: Share = omitted
    axis: Axes = omitted
