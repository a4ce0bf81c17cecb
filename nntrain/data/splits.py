"""The rows of each split: pure functions of the labels, the rule and the seed.

The order is that of raw bits of PCG64, which NumPy promises never to change. NumPy's shuffles and permutations may
change with its version (https://numpy.org/neps/nep-0019-rng-policy.html), and would change every split.
"""

import numpy as np

from nntrain.config.data import First, Fraction, Last, OneFold, SplitRule

STREAMS = {"test": 0, "validation": 1, "folds": 2}


def take(rule: SplitRule, rows: np.ndarray, groups: np.ndarray, seed: int, name: str, spare: int) -> np.ndarray:
    """Return the part of `rows` (ascending positions) that the rule takes for the split `name`, ascending.

    groups: (n of all rows,) the group of each row, for stratified shares. spare: how many rows of each group the other
    splits need.
    """
    if isinstance(rule, Fraction):
        chosen = groups if rule.stratify else np.zeros_like(groups)
        return _share(rule.share, rows, chosen, _keys(len(groups), seed, name), spare)
    if isinstance(rule, (First, Last)):
        return rows[: rule.rows] if isinstance(rule, First) else rows[-rule.rows :]
    if isinstance(rule, OneFold):
        return np.asarray(rows[fold_of_rows(groups[rows], rule.count, seed) == rule.index - 1])
    raise TypeError(f"the rule `{rule.called()}` takes no rows from the others")


def latest(share: float, rows: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the part of `rows` (ascending positions) with the latest times, ascending; equal times are not parted.

    times: (n of all rows,).
    """
    of_rows = times[rows]
    begin = np.sort(of_rows)[len(rows) - _count(share, len(rows), 1)]
    return np.asarray(rows[of_rows >= begin])


def without(rows: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """Return the positions in `rows` that are not in `taken`, a part of them."""
    kept = np.ones(int(rows.max()) + 1, bool)
    kept[taken] = False
    return np.asarray(rows[kept[rows]])


def fold_of_rows(groups: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return (n,) the fold of each row: every group is spread evenly, and the folds differ by one row at most."""
    order = np.lexsort((_keys(len(groups), seed, "folds"), groups))
    folds = np.empty(len(groups), np.int64)
    folds[order] = np.arange(len(groups)) % count
    return folds


def _keys(count: int, seed: int, name: str) -> np.ndarray:
    """Return (count,) a random number for each row, which does not depend on how the other rows are used."""
    return np.random.PCG64(np.random.SeedSequence([seed, STREAMS[name]])).random_raw(count)


def _share(share: float, rows: np.ndarray, groups: np.ndarray, keys: np.ndarray, spare: int) -> np.ndarray:
    taken, of_rows = [], groups[rows]
    for group in np.unique(of_rows):
        members = rows[of_rows == group]
        taken.append(members[_smallest(keys[members], _count(share, len(members), spare))])
    return np.sort(np.concatenate([rows[:0], *taken]))


def _smallest(keys: np.ndarray, count: int) -> np.ndarray:
    """Return the positions of the `count` smallest keys; of equal keys the first are taken."""
    if not count:
        return np.zeros(0, np.int64)
    largest = np.partition(keys, count - 1)[count - 1]
    smaller = np.flatnonzero(keys < largest)
    return np.concatenate([smaller, np.flatnonzero(keys == largest)[: count - len(smaller)]])


def _count(share: float, rows: int, spare: int) -> int:
    """Return the share as a number of rows: at least one, and one left for each other split where that is possible."""
    return max(0, min(max(1, int(rows * share + 0.5)), rows - spare))
