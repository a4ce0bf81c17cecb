"""Percentile bootstrap intervals (95 %; Efron 1979) of metrics that are not means over the rows, with a fixed seed."""

from dataclasses import dataclass
from math import nan

import numpy as np

from nntrain.evaluation.scores import poisson_deviances

Interval = tuple[float, float]
_RESAMPLES = 2000
_AT_ONCE = 2_000_000  # values drawn at once
_DRAWS = 40_000_000  # rows drawn in all; a table with more rows than 20,000 has fewer resamples
_LEAST = 200  # resamples
_BOUNDS = (2.5, 97.5)  # per cent


@dataclass(frozen=True)
class OfClass:
    """The intervals of the metrics of one class."""

    precision: Interval
    recall: Interval
    f1: Interval


def of_classes(confusion: np.ndarray) -> list[OfClass]:
    """Return the intervals of each class; confusion: (classes, classes) counts, a row for each true class.

    Rows that are drawn again are counts drawn from a multinomial distribution, so no row is looked at. A metric whose
    denominator is 0 in a resample is 0 there, as in the table of the classes.
    """
    classes, rows = len(confusion), int(confusion.sum())
    used = np.flatnonzero(confusion)
    drawn = np.random.default_rng(0).multinomial(rows, confusion.ravel()[used] / rows, _RESAMPLES)
    true, predicted = np.divmod(used, classes)
    found = []
    for index in range(classes):
        support, taken = drawn[:, true == index].sum(axis=1), drawn[:, predicted == index].sum(axis=1)
        right = drawn[:, (true == index) & (predicted == index)].sum(axis=1)
        metrics = (right / taken.clip(1), right / support.clip(1), 2 * right / (taken + support).clip(1))
        found.append(OfClass(*map(within, metrics)))
    return found


def of_regression(y: np.ndarray, predicted: np.ndarray) -> dict[str, Interval]:
    """Return the intervals of `scores.regression_scores`; y and predicted: (n, targets).

    They are NaN where a prediction is not finite, and R² is left out of resamples in which a target is constant.
    """
    y, predicted = y.astype(np.float64), predicted.astype(np.float64)
    names = ("mean_absolute_error", "root_mean_squared_error", "r2_score")
    if not np.isfinite(predicted).all() or len(y) < 2:
        return dict.fromkeys(names, (nan, nan))
    centered, squares = y - y.mean(axis=0), (y - predicted) ** 2
    sums = np.concatenate([np.abs(y - predicted), squares, centered, centered**2], axis=1)
    error, square, first, second = np.split(resampled_means(sums), 4, axis=1)
    spread = second - first**2
    with np.errstate(divide="ignore", invalid="ignore"):
        r2 = np.where(spread > 0, 1 - square / spread, nan).mean(axis=1)
    metrics = (error.mean(axis=1), np.sqrt(square.mean(axis=1)), r2)
    return dict(zip(names, map(within, metrics), strict=True))


def of_counts(y: np.ndarray, predicted: np.ndarray) -> dict[str, Interval]:
    """Return the intervals of `scores.count_scores`; y and predicted: (n, targets).

    They are NaN where a prediction is not finite or not above 0, and D² is left out of resamples in which a target is
    constant.
    """
    from scipy.special import xlogy

    y, predicted = y.astype(np.float64), predicted.astype(np.float64)
    if not np.isfinite(predicted).all() or (predicted <= 0).any() or len(y) < 2:
        return {"poisson_deviance": (nan, nan), "d2_score": (nan, nan)}
    own, bits, mean = np.split(
        resampled_means(np.concatenate([poisson_deviances(y, predicted), xlogy(y, y), y], axis=1)), 3, axis=1
    )
    of_mean = 2 * (bits - xlogy(mean, mean))  # the deviance of the mean, whose other terms sum to 0
    with np.errstate(divide="ignore", invalid="ignore"):
        d2 = np.where(of_mean > 1e-12, 1 - own / of_mean, nan).mean(axis=1)
    return {"poisson_deviance": within(own.mean(axis=1)), "d2_score": within(d2)}


def resampled_means(values: np.ndarray) -> np.ndarray:
    """Return (resamples, columns), the means of rows that are drawn again from (n, columns)."""
    rows, generator = len(values), np.random.default_rng(0)
    resamples = min(_RESAMPLES, max(_LEAST, _DRAWS // rows))
    at_once = max(1, _AT_ONCE // values.size)
    counts = [min(at_once, resamples - start) for start in range(0, resamples, at_once)]
    return np.concatenate([values[generator.integers(rows, size=(count, rows))].mean(axis=1) for count in counts])


def within(values: np.ndarray) -> Interval:
    """Return the 2.5th and the 97.5th percentile of (resamples,) values, without those that are NaN."""
    if np.isnan(values).all():
        return nan, nan
    with np.errstate(invalid="ignore"):  # of infinite values, whose percentiles are NaN
        low, high = np.nanpercentile(values, _BOUNDS)
    return float(low), float(high)
