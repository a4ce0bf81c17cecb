"""Keras's own `Model.fit`, an epoch a call, fed the same order as the other engines: what they are compared with."""

from typing import Any

import numpy as np

from nntrain.training.programs.arrays import Arrays, TrainResult
from nntrain.training.programs.resident import Program


class KerasProgram(Program):
    """A Program whose training steps are Keras's own loop."""

    engine = "keras"
    whole_epochs = True

    def train(self, data: Arrays, order: np.ndarray, first: int, last: int) -> TrainResult:
        """Trains steps `first` to `last` (excluded; there may be none) with `Model.fit`."""
        if first < last:
            self._fit(data, order[first * self.batch_size : last * self.batch_size])
        return TrainResult.of(self._result())

    def _fit(self, data: Arrays, rows: np.ndarray) -> None:
        weights = None if data.weights is None else data.weights[rows]
        x = data.x[rows].astype("float32")
        stop = self.model.stop_training  # which `fit` forgets
        optimizer: Any = self.model.optimizer
        optimizer.finalize_variable_values = _not_yet
        try:
            self.model.fit(x, data.y[rows], self.batch_size, sample_weight=weights, shuffle=False, verbose=0)
        finally:
            del optimizer.finalize_variable_values
        self.model.stop_training = stop


def _not_yet(_: Any) -> None:
    """In place of what `fit` does at its end, the average of the weights taking their place: the training goes on."""
