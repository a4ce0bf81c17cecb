"""Above which probability the second of two classes is predicted: chosen on the validation split, kept in the model."""

from typing import Any

import keras
import numpy as np


@keras.saving.register_keras_serializable("nntrain")
class DecisionThreshold(keras.layers.Layer):
    """Passes probabilities on; its weight is the threshold of the second class, 0.5 until `choose` sets it.

    Shapes: (batch, 1) to the same.
    """

    def __init__(self, metric: str = "f1_score", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.metric = metric

    def build(self, input_shape: Any) -> None:
        """Create the threshold, which is not trained."""
        half = keras.initializers.Constant(0.5)
        self.threshold = self.add_weight(name="threshold", shape=(1,), initializer=half, trainable=False)

    def call(self, inputs: Any) -> Any:
        """Return the probabilities as they are."""
        return inputs

    def choose(self, y: np.ndarray, probabilities: np.ndarray) -> None:
        """Set the threshold with the best metric; y: (n,) class indices, probabilities: (n,) of the second class."""
        self.threshold.assign(np.array([best_threshold(y, probabilities, self.metric)], "float32"))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        return {**super().get_config(), "metric": self.metric}


def best_threshold(y: np.ndarray, probabilities: np.ndarray, metric: str) -> float:
    """Return the threshold with the best `accuracy`, `balanced_accuracy` or `f1_score` (the mean over both classes).

    y: (n,) class indices; probabilities: (n,) of the second class. It is 0.5, or half-way between two probabilities,
    0 and 1 among them; of equally good ones the nearest to 0.5.
    """
    found = np.unique([0, 1, *probabilities.astype(np.float64)])
    tried = np.concatenate([[0.5], (found[1:] + found[:-1]) / 2])
    of_class = [np.sort(probabilities[y == index]) for index in (0, 1)]
    below, missed = (np.searchsorted(each, tried, side="right") for each in of_class)
    above, hit = (len(each) - left for each, left in zip(of_class, (below, missed), strict=True))
    scores = _scores(metric, below, above, missed, hit)
    best = tried[scores >= scores.max() - 1e-12]
    return float(best[np.abs(best - 0.5).argmin()])


def _scores(metric: str, below: np.ndarray, above: np.ndarray, missed: np.ndarray, hit: np.ndarray) -> np.ndarray:
    """Return the metric at each threshold, by the rows of the first class below and above, and so of the second."""
    if metric == "accuracy":
        return np.asarray((below + hit) / (below + above + missed + hit))
    if metric == "balanced_accuracy":
        return np.asarray(below / np.maximum(below + above, 1) + hit / np.maximum(missed + hit, 1)) / 2
    first, second = (2 * right / np.maximum(2 * right + above + missed, 1) for right in (below, hit))
    return np.asarray((first + second) / 2)
