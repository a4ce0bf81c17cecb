"""How good predictions are, and how sure that is: metrics of classes and numbers, and intervals of means.

scikit-learn and SciPy are imported where they are needed: `fit` imports this module, and each import takes half a
second or more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan

import numpy as np

from nntrain.nearest import natural_order

_RESAMPLES = 2000
MOST_MISTAKES = 30  # that are shown
MANY_CLASSES = 60  # with more of them the most frequent mistakes are shown, not the confusion matrix
_AT_ONCE = 1_000_000  # values drawn at once, 8 MB


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


@dataclass(frozen=True)
class ConfusedPair:
    """How often (`rows`) one class was taken for another, and how many rows (`support`) the true class has."""

    true: str
    predicted: str
    rows: int
    support: int


def most_confused(y: np.ndarray, predicted: np.ndarray, names: Sequence[str]) -> list[ConfusedPair]:
    """Return the most frequent mistakes, the first the most frequent; of equal ones class 2 before 10.

    y and predicted: (n,) class indices.
    """
    support, wrong, classes = np.bincount(y, minlength=len(names)), y != predicted, np.int64(len(names))
    pairs, counts = np.unique(y[wrong] * classes + predicted[wrong], return_counts=True)
    true, taken = np.divmod(pairs, classes)
    place = np.argsort(natural_order(names))
    first = np.lexsort((place[taken], place[true], -counts))[:MOST_MISTAKES]
    found = zip(true[first], taken[first], counts[first].tolist(), strict=True)
    return [ConfusedPair(names[true], names[taken], count, int(support[true])) for true, taken, count in found]


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


def count_scores(y: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Return `poisson_deviance` and `d2_score` of counts, computed in float64; y and predicted: (n, targets).

    The deviance is the mean over all entries of 2 (t log(t / y) - t + y), D² the share of that of the mean which is
    explained, the mean over the targets (McCullagh and Nelder 1989; scikit-learn's `d2_tweedie_score` of power 1). Of a
    constant target D² is 1 where every prediction is exact, else 0. Both are NaN where a prediction is not finite or
    not above 0.
    """
    y, predicted = y.astype(np.float64), predicted.astype(np.float64)
    if not np.isfinite(predicted).all() or (predicted <= 0).any():
        return {"poisson_deviance": nan, "d2_score": nan}
    own = poisson_deviances(y, predicted).mean(axis=0)
    of_mean = poisson_deviances(y, np.broadcast_to(y.mean(axis=0).clip(1e-300), y.shape)).mean(axis=0)
    d2 = np.where(of_mean > 0, 1 - own / np.where(of_mean > 0, of_mean, 1), own == 0)
    return {"poisson_deviance": float(own.mean()), "d2_score": float(d2.mean())}


def poisson_deviances(y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return 2 (t log(t / y) - t + y) of each entry, of the shape of y; predicted: above 0."""
    from scipy.special import xlogy

    return np.asarray(2 * (xlogy(y, y / predicted) - y + predicted))


@dataclass(frozen=True)
class MetricSummary:
    """`sd` is the sample's standard deviation; `low` to `high` is the 95 % interval of the mean; NaN for one value."""

    mean: float
    sd: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        if self.count == 1:
            return f"{_rounded(self.mean, self.mean)} (n = 1)"
        mean, sd, low, high = (_rounded(value, self.mean) for value in (self.mean, self.sd, self.low, self.high))
        return f"{mean} ± {sd} (95 % interval {low} to {high}, n = {self.count})"


def summarize(values: Sequence[float] | np.ndarray, bounds: tuple[float, float] = (-inf, inf)) -> MetricSummary:
    """Return the summary of (n,) independent values, such as the score of each seed.

    sd has n - 1 in the denominator; the interval is mean ± t sd / √n with the 97.5 % quantile t of Student's
    distribution with n - 1 degrees of freedom (Student 1908), less what is outside the `bounds` of a value. Raises
    ValueError when there are no values.
    """
    from scipy.special import stdtrit  # what scipy.stats.t.ppf calls, without the import of scipy.stats

    count = len(values)
    if not count:
        raise ValueError("a summary needs at least one value")
    mean = float(np.mean(values))
    if count == 1:
        return MetricSummary(mean, nan, nan, nan, 1)
    with np.errstate(invalid="ignore"):  # of infinite values, whose deviation is NaN
        sd = float(np.std(values, ddof=1))
    margin = float(stdtrit(count - 1, 0.975)) * sd / count**0.5
    return MetricSummary(mean, sd, max(mean - margin, bounds[0]), min(mean + margin, bounds[1]), count)


def paired_p_value(one: Sequence[float] | np.ndarray, other: Sequence[float] | np.ndarray) -> float:
    """Return the two-sided p-value of Student's paired test for two equal means; NaN for less than two pairs.

    one, other: (n,) values that belong together in pairs, such as the scores of two models for each seed. Where all
    differences are equal it is 0, or 1 if they are 0.
    """
    from scipy.special import stdtr

    count = len(one)
    if count < 2:
        return nan
    with np.errstate(invalid="ignore"):  # of infinite values, whose difference is NaN
        difference = np.asarray(one, np.float64) - np.asarray(other, np.float64)
        mean, sd = float(difference.mean()), float(difference.std(ddof=1))
    if not sd:
        return float(not mean)
    return float(2 * stdtr(count - 1, -abs(mean) / sd * count**0.5))


def _rounded(value: float, mean: float) -> str:
    """Return four decimals, which suit a share; one where the mean is large, four significant digits where tiny."""
    if abs(mean) >= 1000:
        return f"{value:.1f}"
    return f"{value:.4f}" if mean == 0 or abs(mean) >= 0.01 else f"{value:.4g}"


def bootstrap_interval(values: np.ndarray) -> tuple[float, float]:
    """Return (low, high), the 95 % percentile bootstrap interval of the mean (Efron 1979); equal for equal values.

    values: (n,) the score of each example, such as 1 for right and 0 for wrong. Where all values are equal the
    interval is a point, which is too narrow for few examples. It is NaN when a value is not finite.
    """
    from scipy.stats import bootstrap

    values = values.astype(np.float64)
    if not np.isfinite(values).all():
        return nan, nan
    if len(values) == 1:
        return float(values[0]), float(values[0])
    options = {"n_resamples": _RESAMPLES, "batch": max(1, _AT_ONCE // len(values)), "method": "percentile"}
    low, high = bootstrap((values,), np.mean, rng=np.random.default_rng(0), **options).confidence_interval
    return float(low), float(high)
