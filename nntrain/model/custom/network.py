"""The model that is trained: a Sequential that logs its penalties as a metric."""

from typing import Any

import keras
from keras import ops


class Network(keras.Sequential):
    """A Sequential whose penalties are part of `loss` and are also logged as the metric `regularization_loss`."""

    def __init__(self, layers: list[keras.layers.Layer], penalized: bool) -> None:
        super().__init__(layers)
        self.penalty = keras.metrics.Mean(name="regularization_loss") if penalized else None

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """Return the loss of a batch with its penalties, a scalar."""
        if self.penalty is not None:
            total = sum((ops.sum(loss) for loss in self.losses), start=ops.zeros(()))
            self.penalty.update_state(total, sample_weight=ops.cast(ops.shape(y_pred)[0], "float32"))
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def plain(self) -> keras.Sequential:
        """Return the same layers as a model that Keras loads without nntrain, unless nntrain defines one of them."""
        return keras.Sequential([keras.Input(self.input_shape[1:], dtype=self.inputs[0].dtype), *self.layers])
