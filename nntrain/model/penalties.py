"""The penalties that Keras lacks: an unsquared norm, and one penalty on all weights together."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("nntrain")
class L2Norm(keras.regularizers.Regularizer):
    """l2 · ‖w‖, the unsquared Euclidean norm, with gradient l2 · w / ‖w‖, and 0 at w = 0."""

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = l2

    def __call__(self, x: Any) -> Any:
        """Return the penalty, a scalar."""
        square = ops.sum(ops.square(x))
        # The floor keeps the root's gradient finite where all weights are 0.
        return self.l2 * ops.sqrt(ops.maximum(square, 1e-30))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        return {"l2": self.l2}


def penalty_on_all(regularizer: Any, weights: Sequence[Any]) -> Any:
    """Return the penalty on all weights as one vector, a scalar; for a norm it is not the sum over the weights."""
    flat = [ops.reshape(weight.value, (-1,)) for weight in weights]
    if isinstance(regularizer, L2Norm):
        return regularizer(ops.concatenate(flat))
    return sum(regularizer(each) for each in flat)
