"""The area under the ROC or precision-recall curve of classes, with scikit-learn's value."""

from typing import Any

import keras
import numpy as np
from keras import ops

from nntrain.model.class_metrics import ClassMetric, Outputs, ratio

_COUNTERS = 1 << 16  # shared by the classes
_FEWEST = 1000  # of a class
_REACH = {True: 90.0, False: 1e6}  # the largest score told apart: the logit of a probability, or a score itself


class AUC(ClassMetric):
    """Area under the ROC curve, or average precision, of one class, or the mean over the classes.

    During an epoch the scores are counted in narrow intervals of their logits, the narrowest around a probability of
    one half, and scores in one interval count as equal. `exact` takes all outputs at once. A class is left out of the
    mean where its area is not defined: all examples belong to it, or none. Where that holds for all it is NaN.
    """

    def __init__(self, outputs: Outputs, name: str, scored: int | None = None, **options: Any) -> None:
        super().__init__(outputs, name)
        self.curve = options.get("curve", "ROC")
        self.method = options.get("summation_method")
        # Of two classes one is enough, because the areas under their ROC curves are equal.
        self.columns = slice(1, 2) if outputs.classes == 2 else slice(0, outputs.classes)
        if scored is not None:
            self.columns = slice(scored, scored + 1)
        self.count = self.columns.stop - self.columns.start
        self.bins: int = options.get("num_thresholds") or max(_FEWEST, _COUNTERS // self.count)
        self.negatives, self.positives = (
            self.sums(state, self.count, self.bins) for state in ("negatives", "positives")
        )

    def add(self, labels: Any, scores: Any, weights: Any) -> None:
        """Count the examples in each interval."""
        labels, scores = labels[:, self.columns], scores[:, self.columns]
        if self.outputs.probabilities:
            scores = ops.log(scores) - ops.log1p(-scores)
        reach = _REACH[self.outputs.probabilities]
        place = ops.arcsinh(ops.clip(scores, -reach, reach) / 4)
        end = ops.arcsinh(ops.convert_to_tensor(reach / 4, "float32"))
        interval = ops.cast((place / end + 1) * (self.bins / 2), "int32")
        index = ops.clip(interval, 0, self.bins - 1) + self.bins * ops.arange(self.count, dtype="int32")
        for state, of_class in ((self.negatives, 1 - labels), (self.positives, labels)):
            counts = ops.segment_sum(
                ops.reshape(of_class * weights, (-1,)), ops.reshape(index, (-1,)), self.count * self.bins
            )
            state.assign_add(ops.reshape(counts, (self.count, self.bins)))

    def result(self) -> Any:
        """Return the area by the intervals, a scalar."""
        return _mean(*self._areas(*(ops.flip(ops.convert_to_tensor(s), -1) for s in (self.positives, self.negatives))))

    def exact(self, y_true: Any, y_pred: Any) -> float:
        """Return the area by all examples; y_true and y_pred as for `update_state`."""
        labels, scores = self.outputs.one_hot(y_true), self.outputs.scores(y_pred)
        labels, scores = (np.asarray(part, "float64")[:, self.columns] for part in (labels, scores))
        found = [self._areas(*_by_score(labels[:, c], scores[:, c])) for c in range(self.count)]
        return float(_mean(*(ops.concatenate(part) for part in zip(*found, strict=True))))

    def _areas(self, positives: Any, negatives: Any) -> tuple[Any, Any]:
        """Return (classes,) areas, and the most that they can be; 0 where the area is not defined.

        positives and negatives: (classes, scores) the examples with each score, the highest first.
        """
        hits, errors = (ops.pad(ops.cumsum(part, -1), ((0, 0), (1, 0))) for part in (positives, negatives))
        area = self._precision_area(hits, errors) if self.curve == "PR" else self._roc_area(hits, errors)
        return area, hits[:, -1] if self.curve == "PR" else hits[:, -1] * errors[:, -1]

    def _roc_area(self, hits: Any, errors: Any) -> Any:
        """Return (classes,) areas; hits and errors: (classes, scores + 1), the examples with that score or a higher."""
        left, right = hits[:, :-1], hits[:, 1:]
        heights = {"minoring": left, "majoring": right}.get(str(self.method), (left + right) / 2)
        return ops.sum((errors[:, 1:] - errors[:, :-1]) * heights, axis=-1)

    def _precision_area(self, hits: Any, errors: Any) -> Any:
        """Return (classes,) areas; hits and errors as for `_roc_area`."""
        predicted = hits + errors
        precision, more = ratio(hits, predicted), hits[:, 1:] - hits[:, :-1]
        left, right = precision[:, :-1], precision[:, 1:]
        if self.method == "interpolation":  # Davis and Goadrich 2006, as in Keras
            slope = ratio(more, predicted[:, 1:] - predicted[:, :-1])
            rest = hits[:, :-1] - slope * predicted[:, :-1]
            growth = ops.where(predicted[:, :-1] > 0, ratio(predicted[:, 1:], predicted[:, :-1]), 1.0)
            return ops.sum(slope * (more + rest * ops.log(ops.maximum(growth, 1.0))), axis=-1)
        heights = {"minoring": ops.minimum(left, right), "majoring": ops.maximum(left, right)}
        return ops.sum(more * heights.get(str(self.method), right), axis=-1)


def areas_of(model: keras.Model) -> list[AUC]:
    """Return the AUCs among the metrics of a compiled model."""
    inner = (metric for group in model.metrics for metric in getattr(group, "metrics", ()))
    return [metric for metric in inner if isinstance(metric, AUC)]


def _by_score(labels: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (1, distinct scores) positives and (1, distinct scores) negatives, the highest score first."""
    _, place = np.unique(-scores, return_inverse=True)
    return np.bincount(place, labels)[None], np.bincount(place, 1 - labels)[None]


def _mean(areas: Any, most: Any) -> Any:
    """Return the mean over the classes of the areas by the most that they can be; NaN where it is 0 for all."""
    defined = ops.cast(most > 0, areas.dtype)
    return ops.sum(ratio(areas, most)) / ops.sum(defined)
