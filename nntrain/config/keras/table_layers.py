"""The layers for tables: what encodes the columns, and what the networks that are best on tables are made of."""

from typing import Annotated, Literal

from pydantic import Field

from nntrain.config.keras.layers import _KerasLayer
from nntrain.config.keras.weights import Initializer, Regularizer
from nntrain.config.value_types import PositiveInt, omitted

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
