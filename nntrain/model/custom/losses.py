"""Losses that Keras lacks."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("nntrain")
class HalfSquaredError(keras.losses.Loss):
    """½ Σ (t - y)² over the outputs of an example; its gradient is y - t. Reduced over the examples as in Keras."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return (batch,), the loss of each example; y_true and y_pred: (batch, outputs)."""
        y_pred = keras.ops.convert_to_tensor(y_pred)
        y_true = keras.ops.cast(y_true, y_pred.dtype)
        return keras.ops.sum(keras.ops.square(y_true - y_pred), axis=-1) / 2
