"""How good predictions are: the confusion matrix, the metrics of each class, the errors of a regression.

scikit-learn is imported where it is needed: `fit` plots a confusion matrix, and the import takes a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ClassScore:
    """How well one class is recognised; `support` is its number of examples, the metrics are from 0 to 1.

    A metric whose denominator is 0 is 0: the precision of a class that is never predicted, the recall of a class
    without examples.
    """

    name: str
    support: int
    precision: float
    recall: float
    f1: float


def confusion_matrix(y: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Return (classes, classes) int64: the entry [i, j] counts the examples of class i that are predicted as class j.

    y and predicted: (n,) class indices. Raises IndexError for an index that is not below `classes`.
    """
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (y, predicted), 1)
    return matrix


def class_table(y: np.ndarray, predicted: np.ndarray, names: Sequence[str]) -> list[ClassScore]:
    """Return precision, recall and F1 of each class, in the order of `names`, as scikit-learn defines them.

    y and predicted: (n,) class indices.
    """
    from sklearn.metrics import precision_recall_fscore_support

    columns = precision_recall_fscore_support(y, predicted, labels=np.arange(len(names)), zero_division=0)
    rows = zip(names, *(column.tolist() for column in columns), strict=True)
    # Without a single hit scikit-learn counts in floating point.
    return [ClassScore(name, int(support), precision, recall, f1) for name, precision, recall, f1, support in rows]


def regression_scores(y: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Return `mean_absolute_error`, `root_mean_squared_error` and `r2_score`, computed in float64.

    y and predicted: (n,) or (n, targets). The errors are means over all entries, as in Keras. R² is the mean over the
    targets, as in scikit-learn: for a target that is constant it is 1 where every prediction is exact, else 0. All
    three are NaN when a prediction is not finite. Raises ValueError when the shapes differ.
    """
    from sklearn import metrics

    y, predicted = (np.asarray(values, np.float64).reshape(len(values), -1) for values in (y, predicted))
    if not np.isfinite(predicted).all():
        return dict.fromkeys(("mean_absolute_error", "root_mean_squared_error", "r2_score"), np.nan)
    r2 = metrics.r2_score(y, predicted) if len(y) > 1 else np.array_equal(y, predicted)
    return {
        "mean_absolute_error": float(metrics.mean_absolute_error(y, predicted)),
        "root_mean_squared_error": float(metrics.mean_squared_error(y, predicted) ** 0.5),
        "r2_score": float(r2),
    }
