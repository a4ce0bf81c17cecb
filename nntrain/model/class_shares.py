"""The initial output bias that predicts how frequent each class is."""

from typing import Any

import keras
import numpy as np
from keras import ops

from nntrain.config.keras import weights
from nntrain.config.keras.layers import Layer
from nntrain.config.resolve import Resolved


@keras.saving.register_keras_serializable("nntrain")
class ClassShares(keras.initializers.Initializer):
    """The logarithms of the shares that the classes have of the training split; 0 where these are not known.

    For one sigmoid unit it is log(p / (1 - p)), so that the first predictions are right on average (Lin et al. 2017,
    https://arxiv.org/abs/1708.02002).
    """

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """Return zeros, which `with_shares` replaces where a model is built for a training."""
        return ops.zeros(shape, dtype=dtype)


def with_shares(spec: Layer, resolved: Resolved, targets: np.ndarray | None) -> Layer:
    """Return the layer with the values that `ClassShares` has for these labels of the training split: (n,) int32."""
    if targets is None or not isinstance(getattr(spec, "bias_initializer", None), weights.ClassShares):
        return spec
    counts = np.bincount(targets, minlength=len(resolved.schema.classes))
    shares = counts / counts.sum()
    odds = np.log(shares) - np.log1p(-shares)
    if resolved.output.units == 1:
        values = odds[1:]
    else:
        values = odds if resolved.output.activation == "sigmoid" else np.log(shares)
    return spec.model_copy(update={"bias_initializer": weights.Values(values=tuple(values.tolist()))})
