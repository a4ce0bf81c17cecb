"""Metrics of counts that Keras lacks."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("nntrain")
class PoissonDeviance(keras.metrics.MeanMetricWrapper):  # type: ignore[misc]
    """Mean over rows and targets of 2 (t log(t / y) - t + y) for counts t and predictions y (McCullagh, Nelder 1989).

    It is 0 where every prediction is met; t log t is 0 for t = 0, and y is at least 1e-7.
    """

    def __init__(self, name: str = "poisson_deviance", dtype: Any = None) -> None:
        super().__init__(_deviance, name=name, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the options of the metric."""
        return {"name": self.name, "dtype": self.dtype}


def _deviance(y_true: Any, y_pred: Any) -> Any:
    """Return (batch,), the deviance of each row; y_true and y_pred: (batch, targets)."""
    y_pred = ops.maximum(ops.convert_to_tensor(y_pred), keras.config.epsilon())
    y_true = ops.cast(y_true, y_pred.dtype)
    surprise = y_true * ops.log(ops.maximum(y_true, keras.config.epsilon()) / y_pred)
    return ops.mean(2 * (surprise - y_true + y_pred), axis=-1)
