"""Initializers that Keras lacks."""

from typing import Any

import keras
import numpy as np


@keras.saving.register_keras_serializable("nntrain")
class Values(keras.initializers.Initializer):
    """The given values as the weight; raises ValueError when the weight has another shape."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values, dtype="float64")

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """Return the values as a tensor of that shape."""
        if tuple(shape) != self.values.shape:
            raise ValueError(f"the weight has the shape {tuple(shape)}, the values have {self.values.shape}")
        return keras.ops.convert_to_tensor(self.values, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        return {"values": self.values.tolist()}
