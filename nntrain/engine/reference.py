"""Keras's own `Model.fit`, an epoch a call, fed the same order as the other engines: what they are compared with."""

import numpy as np

from nntrain.engine.resident import Arrays, Program


class KerasProgram(Program):
    """A Program whose training steps are Keras's own loop."""

    whole_epochs = True

    def train(self, data: Arrays, order: np.ndarray, first: int, last: int) -> None:
        """Trains steps `first` to `last` (excluded) with `Model.fit`."""
        rows = order[first * self.batch_size : last * self.batch_size]
        weights = None if data.weights is None else data.weights[rows]
        x = data.x[rows].astype("float32")
        stop = self.model.stop_training  # which `fit` forgets
        self.model.fit(x, data.y[rows], self.batch_size, sample_weight=weights, shuffle=False, verbose=0)
        self.model.stop_training = stop
