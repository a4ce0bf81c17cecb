"""The layers for tables: what encodes the columns, and what the networks that are best on tables are made of."""

from typing import Annotated, Literal

from pydantic import Field

from nntrain.config.keras.activations import ActivationName
from nntrain.config.keras.layers import Dense, _KerasLayer
from nntrain.config.keras.weights import Initializer, Regularizer
from nntrain.config.plane_features import Feature
from nntrain.config.value_types import NonNegativeInt, PositiveFloat, PositiveInt, omitted

MOST_ONE_HOT = 1000  # values of a category; more are embeddings in any case


class TableEncoding(_KerasLayer):
    """Scaled numbers, filled gaps and encoded categories of a table, fitted on the training split only. Ours."""

    exact = True
    scaling: Literal["standard", "robust", "quantile"] = "standard"
    distribution: Literal["normal", "uniform"] = omitted  # of `quantile`
    missing: Literal["indicator", "median"] = "indicator"
    onehot: Annotated[int, Field(ge=0, le=MOST_ONE_HOT)] = 9  # the most values of a category that are one-hot
    embedding_dim: PositiveInt = 8
    embeddings_initializer: Initializer = omitted
    embeddings_regularizer: Regularizer = omitted


class PlaneFeatures(_KerasLayer):
    """Features of two numbers, such as x² and xy, in place of them; what follows them passes unchanged. Ours."""

    shorthand = "features"
    features: Annotated[list[Feature], Field(min_length=1)]


class FeatureScale(_KerasLayer):
    """scale · x with a learned scale for each feature, which begins at 1 (RealMLP: Holzmüller et al. 2024). Ours."""

    scale_initializer: Initializer = omitted
    scale_regularizer: Regularizer = omitted


class PeriodicEmbedding(_KerasLayer):
    """Each number of a table as several ones, learned from waves of it (PLR, PBLD: Gorishniy et al. 2022). Ours."""

    units: Annotated[int, Field(ge=2, le=10**9)] = 4  # numbers that a number becomes
    frequencies: PositiveInt = 16
    stddev: PositiveFloat = 0.1  # of the initial frequencies
    kind: Literal["pbld", "plr"] = "pbld"
    columns: NonNegativeInt = omitted  # the first ones, which are the numbers behind a `TableEncoding`


class ParametricActivation(_KerasLayer):
    """x + alpha (f(x) - x) for an activation f, with a learned alpha for each unit, which begins at 1. Ours."""

    shorthand = "activation"
    activation: ActivationName
    alpha_initializer: Initializer = omitted


class NTKDense(Dense):
    """activation(x W / √inputs + b), W and b from normal numbers: the neural tangent parametrization. Ours."""


class TargetNormalization(_KerasLayer):
    """The last layer: predictions in the units of the target, by a network that is trained without units. Ours."""

    exact = True


class LogLink(_KerasLayer):
    """The last layer for counts: mean · e^x, with the mean of each target; a line above the largest one. Ours."""

    exact = True


OF_TARGETS = (TargetNormalization, LogLink)
"""What brings outputs to the units of the targets; the loss behind one has no units."""


class DecisionThreshold(_KerasLayer):
    """The last layer: the probability above which the second class is predicted, by the validation split. Ours."""

    exact = True
    shorthand = "metric"
    metric: Literal["accuracy", "balanced_accuracy", "f1_score"] = "f1_score"  # which it makes best
