"""Regularizers that Keras lacks."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("nntrain")
class L2Norm(keras.regularizers.Regularizer):
    """l2 · ‖w‖, the unsquared Euclidean norm, with gradient l2 · w / ‖w‖, and 0 at w = 0."""

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = l2

    def __call__(self, x: Any) -> Any:
        """Return the penalty, a scalar."""
        square = keras.ops.sum(keras.ops.square(x))
        # The floor keeps the root's gradient finite where all weights are 0.
        return self.l2 * keras.ops.sqrt(keras.ops.maximum(square, 1e-30))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        return {"l2": self.l2}
