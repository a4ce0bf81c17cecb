"""How a score separates one class from the others, over all thresholds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

OneCurve = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, float]]
"""Of the rows of a class (bool) and their scores: x, y and the area."""

MOST = 8  # classes with a curve of their own: those that are separated worst


@dataclass(frozen=True)
class ClassCurve:
    """A class against the others. x, y: (points,) float64 from 0 to 1; area: below the curve; share: of its rows."""

    name: str
    x: np.ndarray
    y: np.ndarray
    area: float
    share: float


@dataclass(frozen=True)
class Curves:
    """The curves of some classes, those with the smallest areas, in the order of all; mean: area over `count` classes.

    Of two classes there is one curve, that of the second. A class without rows, or without others, has none.
    """

    shown: list[ClassCurve]
    mean: float
    count: int


def roc_curves(y: np.ndarray, outputs: np.ndarray, names: Sequence[str]) -> Curves:
    """Return the true positive rate (y) over the false positive rate (x) of each class, with the area below it.

    y: (n,) class indices. outputs: (n, classes) scores, more for a likelier class.
    """
    from sklearn.metrics import auc, roc_curve

    def one(is_class: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        x, found, _ = roc_curve(is_class, score)
        return x, found, float(auc(x, found))

    return _curves(y, outputs, names, one)


def precision_recall_curves(y: np.ndarray, outputs: np.ndarray, names: Sequence[str]) -> Curves:
    """Return the precision (y) over the recall (x) of each class, with the average precision; arguments as above."""
    from sklearn.metrics import average_precision_score, precision_recall_curve

    def one(is_class: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        precision, recall, _ = precision_recall_curve(is_class, score)
        return recall[::-1], precision[::-1], float(average_precision_score(is_class, score))

    return _curves(y, outputs, names, one)


def _curves(y: np.ndarray, outputs: np.ndarray, names: Sequence[str], one: OneCurve) -> Curves:
    outputs = np.nan_to_num(outputs.astype(np.float64))
    indices = [1] if len(names) == 2 else range(len(names))
    found = []
    for index in indices:
        is_class = y == index
        if is_class.any() and not is_class.all():
            found.append((index, ClassCurve(names[index], *one(is_class, outputs[:, index]), float(is_class.mean()))))
    worst = sorted(found, key=lambda pair: pair[1].area)[:MOST]
    mean = float(np.mean([curve.area for _, curve in found])) if found else float("nan")
    return Curves([curve for _, curve in sorted(worst, key=lambda pair: pair[0])], mean, len(found))
