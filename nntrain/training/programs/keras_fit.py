"""Keras's own `Model.fit`, called once an epoch with the order of the other programs, which are compared with it."""

from typing import Any

import numpy as np

from nntrain.training.programs.arrays import Arrays, TrainResult
from nntrain.training.programs.resident import Program


class KerasProgram(Program):
    """A program whose training steps run in Keras's own loop."""

    engine = "keras"
    whole_epochs = True

    def train(self, data: Arrays, order: np.ndarray, first: int, last: int) -> TrainResult:
        """Train steps `first` to `last` (excluded, so there may be none) with `Model.fit`."""
        if first < last:
            self._fit(data, order[first * self.batch_size : last * self.batch_size])
        return TrainResult.of(self._result())

    def _fit(self, data: Arrays, rows: np.ndarray) -> None:
        weights = None if data.weights is None else data.weights[rows]
        x = data.x[rows].astype("float32")
        stop = self.model.stop_training  # which `fit` forgets
        optimizer: Any = self.model.optimizer
        # The end of `fit` would put the average of the weights in their place during the training.
        optimizer.finalize_variable_values = lambda _: None
        try:
            self.model.fit(x, data.y[rows], self.batch_size, sample_weight=weights, shuffle=False, verbose=0)
        finally:
            del optimizer.finalize_variable_values
        self.model.stop_training = stop
