"""Columns that give the target away: each alone determines it."""

import numpy as np

CORRELATION = 0.9999
"""Of a column with numbers to predict, from which the other columns are not needed."""


def correlation(values: np.ndarray, y: np.ndarray) -> float:
    """Return the absolute correlation of Pearson of two (n,) float arrays, without NaN; 0 where one is constant."""
    if not len(y) or np.ptp(values) == 0 or np.ptp(y) == 0:
        return 0.0
    return float(abs(np.corrcoef(values, y)[0, 1]))


def purity(values: np.ndarray, labels: np.ndarray) -> float:
    """Return 1 where the column (n,) has as many values as there are classes, 2 or more, one for each, else 0."""
    different, of_rows = np.unique(values, return_inverse=True)
    classes, of_labels = np.unique(labels, return_inverse=True)
    if len(different) != len(classes) or len(classes) == 1:
        return 0.0
    return float(len(np.unique(of_rows.astype(np.int64) * len(classes) + of_labels)) == len(classes))
