"""Numbers to predict in their own units, by a network that is trained on standardized ones."""

from typing import Any

import keras
import numpy as np
from keras import ops

from nntrain.model.column_statistics import Column


@keras.saving.register_keras_serializable("nntrain")
class TargetNormalization(keras.layers.Layer):
    """mean + deviation · x, with the mean and the deviation of each target in the training split; `adapt` fits it.

    It is the last layer of a regression: behind it predictions have the units of the targets, before it those of
    standardized targets. A constant target has the deviation 1. Shapes: (batch, targets) to the same.
    """

    def build(self, input_shape: Any) -> None:
        """Create the mean and the deviation, which are not trained."""
        options = {"shape": (input_shape[-1],), "trainable": False}
        self.mean = self.add_weight(name="mean", initializer="zeros", **options)
        self.deviation = self.add_weight(name="deviation", initializer="ones", **options)

    def adapt(self, y: np.ndarray) -> None:
        """Fit the layer to the targets of the training split: (n, targets) float32."""
        columns = [Column.of(y[:, target]) for target in range(y.shape[1])]
        self.mean.assign(np.array([column.mean for column in columns], "float32"))
        self.deviation.assign(np.array([1 if each.is_constant else each.deviation for each in columns], "float32"))

    def call(self, inputs: Any) -> Any:
        """Return the predictions in the units of the targets."""
        return inputs * self.deviation + self.mean

    def standardized(self, y: Any) -> Any:
        """Return targets or predictions with mean 0 and deviation 1: (batch, targets)."""
        return (ops.cast(y, self.compute_dtype) - self.mean) / self.deviation

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape


class StandardizedLoss(keras.losses.Loss):
    """A loss between standardized targets and predictions, so that its gradients do not depend on the units."""

    def __init__(self, loss: keras.losses.Loss, layer: TargetNormalization) -> None:
        super().__init__(name=loss.name, reduction=loss.reduction)
        self.loss = loss
        self.layer = layer

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return (batch,), the loss of each example; y_true and y_pred: (batch, targets)."""
        return self.loss.call(self.layer.standardized(y_true), self.layer.standardized(y_pred))
