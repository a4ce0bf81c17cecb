"""Numbers to predict in their own units, by a network that is trained on numbers without units."""

from typing import Any

import keras
import numpy as np
from keras import ops

from nntrain.errors import ConfigError, Path, Problem
from nntrain.model.column_statistics import SortedColumn


class TargetLayer(keras.layers.Layer):
    """The last layer of a regression, which brings outputs to the units of the targets."""

    def adapt(self, y: np.ndarray) -> None:
        """Fit the layer to the targets of the training split: (n, targets) float32."""
        raise NotImplementedError

    def standardized(self, y: Any) -> Any:
        """Return targets or predictions without units: (batch, targets)."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape


@keras.saving.register_keras_serializable("nntrain")
class TargetNormalization(TargetLayer):
    """mean + deviation · x, with the mean and the deviation of each target in the training split; `adapt` fits it.

    It is the last layer of a regression: after it predictions have the units of the targets, before it those of
    standardized targets. A constant target has the deviation 1. Shapes: (batch, targets) to the same.
    """

    def build(self, input_shape: Any) -> None:
        """Create the mean and the deviation, which are not trained."""
        options = {"shape": (input_shape[-1],), "trainable": False}
        self.mean = self.add_weight(name="mean", initializer="zeros", **options)
        self.deviation = self.add_weight(name="deviation", initializer="ones", **options)

    def adapt(self, y: np.ndarray) -> None:
        """Fit the layer to the targets of the training split: (n, targets) float32."""
        columns = [SortedColumn.of(y[:, target]) for target in range(y.shape[1])]
        self.mean.assign(np.array([column.mean for column in columns], "float32"))
        self.deviation.assign(np.array([1 if each.is_constant else each.deviation for each in columns], "float32"))

    def call(self, inputs: Any) -> Any:
        """Return the predictions in the units of the targets."""
        return inputs * self.deviation + self.mean

    def standardized(self, y: Any) -> Any:
        """Return targets or predictions with mean 0 and deviation 1: (batch, targets)."""
        return (ops.cast(y, self.compute_dtype) - self.mean) / self.deviation


@keras.saving.register_keras_serializable("nntrain")
class LogLink(TargetLayer):
    """mean · e^x, with the mean of each target in the training split; `adapt` fits it.

    It is the last layer of a network of counts, whose expected number is predicted: the log link of Poisson regression
    (McCullagh and Nelder 1989). An output of 0 is the mean. Above the largest target of the training split, at `end`,
    e^x goes on as the line that touches it there, so that a row with large inputs cannot overflow. The mean of a target
    that is 0 in all rows is taken as 1. Shapes: (batch, targets) to the same.
    """

    def build(self, input_shape: Any) -> None:
        """Create the mean, and the logarithm of the largest target over it, which are not trained."""
        options = {"shape": (input_shape[-1],), "trainable": False}
        self.mean = self.add_weight(name="mean", initializer="ones", **options)
        self.end = self.add_weight(name="end", initializer="zeros", **options)

    def adapt(self, y: np.ndarray) -> None:
        """Fit the layer to the targets of the training split: (n, targets) float32, none below 0."""
        mean, largest = y.mean(axis=0, dtype="float64"), y.max(axis=0)
        scale = np.where(mean > 0, mean, 1)
        self.mean.assign(scale.astype("float32"))
        self.end.assign(np.log(np.where(mean > 0, largest, 1) / scale).astype("float32"))

    def call(self, inputs: Any) -> Any:
        """Return the expected counts."""
        return self.mean * ops.exp(ops.minimum(inputs, self.end)) * (1 + ops.relu(inputs - self.end))

    def standardized(self, y: Any) -> Any:
        """Return targets or predictions as multiples of the mean: (batch, targets)."""
        return ops.cast(y, self.compute_dtype) / self.mean


def adapt_to(layer: TargetLayer, y: np.ndarray, path: Path) -> None:
    """Fit a layer to targets: (n, targets) float32; path: that of the layer. Raises ConfigError where it cannot be."""
    if isinstance(layer, LogLink) and (lowest := y.min(initial=0)) < 0:
        message = f"`LogLink` predicts numbers above 0, and the targets go down to {lowest:g}"
        raise ConfigError(problems=[Problem(message, path, "write `TargetNormalization`", on_key=True)])
    layer.adapt(y)


class StandardizedLoss(keras.losses.Loss):
    """A loss between standardized targets and predictions, so that its gradients do not depend on the units."""

    def __init__(self, loss: keras.losses.Loss, layer: TargetLayer) -> None:
        super().__init__(name=loss.name, reduction=loss.reduction)
        self.loss = loss
        self.layer = layer

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return (batch,), the loss of each example; y_true and y_pred: (batch, targets)."""
        return self.loss.call(self.layer.standardized(y_true), self.layer.standardized(y_pred))
