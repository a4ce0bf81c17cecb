"""How good predictions are, in NumPy alone: confusion matrix, metrics per class, errors, and how sure they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_CHUNK = 1_000_000  # drawn positions held in memory at once, 8 MB


@dataclass(frozen=True)
class ClassScore:
    """How one class is recognised; `support` is its number of examples, the metrics are from 0 to 1.

    A figure with nothing to divide by is 0, as in scikit-learn: the precision of a class that is never predicted, the
    recall of a class without examples.
    """

    name: str
    support: int
    precision: float
    recall: float
    f1: float


def confusion(y: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """(classes, classes) int64: the entry [i, j] counts the examples of class i that were taken for class j.

    y and predicted: (n,) class indices. Raises ValueError when they differ in length or an index is no class.
    """
    _same_shape(y, predicted)
    for values in (y, predicted):
        if len(values) and not 0 <= values.min() <= values.max() < classes:
            raise ValueError(f"class indices must be from 0 to {classes - 1}, got {values.min()} to {values.max()}")
    cells = y.astype(np.int64) * classes + predicted
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def class_table(y: np.ndarray, predicted: np.ndarray, names: Sequence[str]) -> list[ClassScore]:
    """Precision, recall and F1 of each class, in the order of `names`.

    y and predicted: (n,) class indices. precision = hits / predictions, recall = hits / support,
    F1 = 2 hits / (predictions + support) (van Rijsbergen 1979). Raises ValueError as `confusion` does.
    """
    matrix = confusion(y, predicted, len(names))
    hits, support, predictions = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    columns = (_share(hits, predictions), _share(hits, support), _share(2 * hits, predictions + support))
    metrics = zip(names, support.tolist(), *(column.tolist() for column in columns), strict=True)
    return [ClassScore(*row) for row in metrics]


def bootstrap_interval(
    values: np.ndarray, level: float = 0.95, resamples: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """(low, high): the percentile bootstrap interval of the mean (Efron 1979), the same for the same arguments.

    values: (n,) a score of each example, such as 1 for right and 0 for wrong. Where all values are equal the interval
    is a point, which for few examples promises too much. Raises ValueError when there are no values.
    """
    if not len(values):
        raise ValueError("an interval needs at least one value")
    source = np.random.default_rng(seed)
    at_once = max(1, _CHUNK // len(values))
    chunks = [min(at_once, resamples - start) for start in range(0, resamples, at_once)]
    means = [_means(values.astype(np.float64), count, source) for count in chunks]
    low, high = np.quantile(np.concatenate(means), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def regression_scores(y: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """`mean_absolute_error`, `root_mean_squared_error` and `r2_score`, named as Keras names them.

    y and predicted: (n,) or (n, targets), computed in float64. The errors are over all entries, as in Keras; R² is the
    mean of the targets' R², and for a target that never changes 1 where every prediction is exact, else 0, as in
    scikit-learn. Raises ValueError when the shapes differ.
    """
    y, predicted = (np.asarray(values, np.float64).reshape(len(values), -1) for values in (y, predicted))
    _same_shape(y, predicted)
    error = y - predicted
    return {
        "mean_absolute_error": float(np.abs(error).mean()),
        "root_mean_squared_error": float(np.sqrt(np.square(error).mean())),
        "r2_score": float(_r2(y, error).mean()),
    }


def _same_shape(y: np.ndarray, predicted: np.ndarray) -> None:
    """Refuses what NumPy would silently spread over each other."""
    if y.shape != predicted.shape:
        raise ValueError(f"{predicted.shape} predictions do not fit {y.shape} true values")


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0))


def _means(values: np.ndarray, count: int, source: np.random.Generator) -> np.ndarray:
    """(count,) the mean of each of `count` resamples."""
    drawn = values[source.integers(0, len(values), (count, len(values)))]
    return np.asarray(drawn.mean(axis=1))


def _r2(y: np.ndarray, error: np.ndarray) -> np.ndarray:
    """(targets,) the share of each target's variance that is explained."""
    residual = np.square(error).sum(axis=0)
    total = np.square(y - y.mean(axis=0)).sum(axis=0)
    exact = np.where(residual == 0, 1.0, 0.0)
    return np.where(total > 0, 1 - np.divide(residual, total, out=np.zeros_like(total), where=total > 0), exact)
