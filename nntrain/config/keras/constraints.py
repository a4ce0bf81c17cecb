"""What weights must satisfy after every step."""

from nntrain.config.named import Named
from nntrain.config.section import omitted
from nntrain.config.value_types import Axes, NonNegativeFloat, Share


class Constraint(Named):
    """The family of constraints."""

    noun = "constraint"


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
