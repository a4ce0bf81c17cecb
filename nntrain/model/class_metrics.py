"""Metrics of classes, with scikit-learn's values, as Keras metrics over scores that have a column for each class.

All states are sums over the examples, which start at 0: so devices can add them up, and a checkpoint holds them.
"""

from dataclasses import dataclass
from typing import Any

import keras
from keras import ops


@dataclass(frozen=True)
class Outputs:
    """How the outputs of a model are scores of classes.

    classes: their number. logits: whether the outputs are logits of probabilities. probabilities: whether the scores
    are probabilities. threshold: above which output a single unit predicts the second class. decision: a layer of the
    model whose `threshold` decides between two classes by the probability of the second.
    """

    classes: int
    logits: bool = False
    probabilities: bool = True
    threshold: float = 0.5
    decision: Any = None

    def scores(self, outputs: Any) -> Any:
        """Return (n, classes) float32, the largest of a row being the predicted class; outputs: (n, units).

        A tie is the first class. The first score of a single unit mirrors it at the threshold: 1 - p, or -s.
        """
        single = outputs.shape[-1] == 1
        if self.logits:
            outputs = ops.sigmoid(outputs) if single else ops.softmax(outputs)
        return ops.concatenate([2 * self.threshold - outputs, outputs], axis=-1) if single else outputs

    def decided(self, scores: Any) -> Any:
        """Return (n, classes) scores whose largest one of a row is the predicted class."""
        if self.decision is None:
            return scores
        second = ops.convert_to_tensor(self.decision.threshold)
        return scores - ops.concatenate([1 - second, second])

    def one_hot(self, y: Any) -> Any:
        """Return (n, classes) float32; y: (n,) class indices, (n, 1) zeros and ones, or (n, classes) one-hot rows."""
        if len(y.shape) == 2 and y.shape[-1] == self.classes:
            return ops.cast(y, "float32")
        return ops.one_hot(ops.cast(ops.reshape(y, (-1,)), "int32"), self.classes, dtype="float32")


class ClassMetric(keras.metrics.Metric):  # type: ignore[misc]
    """A metric that is a function of `add`ed sums over the examples."""

    def __init__(self, outputs: Outputs, name: str) -> None:
        super().__init__(name=name)
        self.outputs = outputs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch. y_true: as `Outputs.one_hot` takes it; y_pred: (n, units); sample_weight: (n,) or None."""
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.cast(y_pred, "float32")
        weights = ops.ones_like(y_pred[:, 0]) if sample_weight is None else ops.reshape(sample_weight, (-1,))
        self.add(self.outputs.one_hot(y_true), self.outputs.scores(y_pred), ops.cast(weights, "float32")[:, None])

    def add(self, labels: Any, scores: Any, weights: Any) -> None:
        """Add a batch; labels and scores: (n, classes), weights: (n, 1)."""
        raise NotImplementedError

    def sums(self, name: str, *shape: int) -> Any:
        """Return a new state of this shape, 0 at the beginning of an epoch."""
        return self.add_variable(shape, "zeros", name=name)


class TopK(ClassMetric):
    """Share of the examples whose class is among the k of the highest scores; of equal scores the first are taken."""

    def __init__(self, outputs: Outputs, name: str, k: int = 5) -> None:
        super().__init__(outputs, name)
        self.k = min(k, outputs.classes)
        self.hits, self.total = self.sums("hits"), self.sums("total")

    def add(self, labels: Any, scores: Any, weights: Any) -> None:
        """Count the hits."""
        decided = self.outputs.decided(scores)
        self.hits.assign_add(ops.sum(labels * _highest(decided, self.k) * weights))
        self.total.assign_add(ops.sum(weights))

    def result(self) -> Any:
        """Return the share, a scalar."""
        return ratio(self.hits, self.total)


class Accuracy(TopK):
    """Share of the examples whose class has the highest score."""

    def __init__(self, outputs: Outputs, name: str) -> None:
        super().__init__(outputs, name, k=1)


class _Counts(ClassMetric):
    """A metric of the numbers of hits, of predicted and of actual examples of each class.

    scored: the index of the class that it is of; without it, the mean over the classes that occur or are predicted
    (`macro`), that weighted by their actual examples (`weighted`), or the metric of the sums (`micro`). The predicted
    class of an example is that of its highest score; with `top_k`, those of the k highest; with `thresholds` (F1:
    `threshold`), those among them whose score is above it, of two classes exactly one.
    """

    def __init__(self, outputs: Outputs, name: str, scored: int | None = None, **options: Any) -> None:
        super().__init__(outputs, name)
        self.scored = scored
        self.average: str = options.get("average") or "macro"
        self.top_k: int | None = options.get("top_k")
        self.threshold: float | None = options.get("thresholds", options.get("threshold"))
        self.hits, self.predicted, self.actual = (
            self.sums(state, outputs.classes) for state in ("hits", "predicted", "actual")
        )

    def add(self, labels: Any, scores: Any, weights: Any) -> None:
        """Count the examples of each class."""
        predicted = self._predicted(scores)
        self.hits.assign_add(ops.sum(labels * predicted * weights, axis=0))
        self.predicted.assign_add(ops.sum(predicted * weights, axis=0))
        self.actual.assign_add(ops.sum(labels * weights, axis=0))

    def _predicted(self, scores: Any) -> Any:
        """Return (n, classes) zeros and ones."""
        if self.threshold is None:
            return _highest(self.outputs.decided(scores), self.top_k or 1)
        above = ops.cast(scores > self.threshold, "float32")
        if self.scored is None and self.outputs.classes == 2:
            above = ops.concatenate([1 - above[:, 1:], above[:, 1:]], axis=-1)
        return above if self.top_k is None else above * _highest(scores, self.top_k)

    def result(self) -> Any:
        """Return the metric of a class, or the average over the classes, a scalar; 0 where it is 0 / 0."""
        hits, predicted, actual = (ops.convert_to_tensor(v) for v in (self.hits, self.predicted, self.actual))
        if self.scored is None and self.average == "micro":
            return self.share(*(ops.sum(counts) for counts in (hits, predicted, actual)))
        each = self.share(hits, predicted, actual)
        if self.scored is not None:
            return each[self.scored]
        weights = actual if self.average == "weighted" else ops.cast(predicted + actual > 0, "float32")
        return ratio(ops.sum(each * weights), ops.sum(weights))

    @staticmethod
    def share(hits: Any, predicted: Any, actual: Any) -> Any:
        """Return the metric from its counts."""
        raise NotImplementedError


class Precision(_Counts):
    """Hits / predicted."""

    @staticmethod
    def share(hits: Any, predicted: Any, actual: Any) -> Any:
        """Return the precision."""
        return ratio(hits, predicted)


class Recall(_Counts):
    """Hits / actual."""

    @staticmethod
    def share(hits: Any, predicted: Any, actual: Any) -> Any:
        """Return the recall."""
        return ratio(hits, actual)


class F1Score(_Counts):
    """2 hits / (predicted + actual), the harmonic mean of precision and recall."""

    @staticmethod
    def share(hits: Any, predicted: Any, actual: Any) -> Any:
        """Return F1."""
        return ratio(2 * hits, predicted + actual)


def _highest(scores: Any, k: int) -> Any:
    """Return (n, classes) ones for the k highest scores of each row, of equal ones the first, and zeros."""
    classes = scores.shape[-1]
    if k == 1:
        return ops.one_hot(ops.argmax(scores, axis=-1), classes, dtype="float32")
    return ops.sum(ops.one_hot(ops.top_k(scores, k)[1], classes, dtype="float32"), axis=-2)


def ratio(numerator: Any, denominator: Any) -> Any:
    """Return the quotient, 0 where the denominator is 0."""
    return ops.divide_no_nan(numerator, denominator)
