"""Keras's metrics on one-hot labels and probabilities, whatever the loss is computed from."""

from typing import Any

import keras
from keras import ops


def on_probabilities(metric: type[keras.metrics.Metric], classes: int, logits: bool) -> type[keras.metrics.Metric]:
    """Return a subclass of the metric that first converts labels and predictions to what it expects.

    y_true: (batch,) class indices, (batch, 1) zeros and ones, or (batch, classes) one-hot; y_pred: (batch, 1) or
    (batch, classes), probabilities or logits.
    """

    class OnProbabilities(metric):
        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
            if logits:
                y_pred = ops.sigmoid(y_pred) if y_pred.shape[-1] == 1 else ops.softmax(y_pred)
            if y_pred.shape[-1] > 1 and len(y_true.shape) < 2:
                y_true = ops.one_hot(ops.cast(y_true, "int32"), classes)
            return super().update_state(y_true, y_pred, sample_weight)

    OnProbabilities.__name__ = metric.__name__
    return OnProbabilities
