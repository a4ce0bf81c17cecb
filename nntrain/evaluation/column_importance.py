"""How much worse a model gets when one column of its input says nothing: permutation importance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nntrain.config.table import Table
from nntrain.data.examples import Split
from nntrain.training.scorer import Scorer

REPEATS = 5  # as in scikit-learn
_MOST_ROWS = 10_000  # that are permuted; more rows would tell no more
_MOST_PREDICTED = 10_000_000  # rows in all, for all columns
_LEAST_ROWS = 200


@dataclass(frozen=True)
class ColumnImportance:
    """mean, sd: over the permutations, by how much the score gets worse, in the units of the score."""

    name: str
    mean: float
    sd: float


def importances(scorer: Scorer, split: Split, columns: Sequence[tuple[str, tuple[int, ...]]]) -> list[ColumnImportance]:
    """Return the importance of each column, the most important first.

    A column is permuted between the rows, so that it keeps its values and says nothing about the row (Breiman 2001,
    https://doi.org/10.1023/A:1010933404324). The importance is the accuracy that is lost, or by how much the mean
    absolute error of a regression grows: a mean over five permutations. columns: the name of each, and the columns of x
    that it is.
    """
    random = np.random.default_rng(0)
    most = max(_LEAST_ROWS, min(_MOST_ROWS, _MOST_PREDICTED // (REPEATS * max(1, len(columns)))))
    if len(split) > most:
        split = split.take(np.sort(random.choice(len(split), most, replace=False)))
    x = np.array(split.x[:])
    base, found = _score(scorer, x, split.y), []
    for name, places in columns:
        kept = x[:, list(places)]
        worse = []
        for _ in range(REPEATS):
            x[:, list(places)] = kept[random.permutation(len(x))]
            worse.append(_score(scorer, x, split.y) - base)
        x[:, list(places)] = kept
        found.append(ColumnImportance(name, float(np.mean(worse)), float(np.std(worse, ddof=1))))
    return sorted(found, key=lambda each: -each.mean)


def in_words_of_score(of_classes: bool) -> str:
    """Return what the importance of a column is."""
    return "accuracy that is lost" if of_classes else "growth of the mean absolute error"


def columns_of(features: Sequence[str], width: int, table: Table | None) -> list[tuple[str, tuple[int, ...]]]:
    """Return the columns by name, with their places in x; the parts of a date belong together.

    features: the names of the columns of x, where they have names.
    """
    if table is None:
        return [(name, (at,)) for at, name in enumerate(features or [f"column {at + 1}" for at in range(width)])]
    found, at = [], 0
    for column in table.columns:
        found.append((column.name, tuple(range(at, at + len(column.names)))))
        at += len(column.names)
    return found


def _score(scorer: Scorer, x: np.ndarray, y: np.ndarray) -> float:
    """Return the share of wrong predictions, or the mean absolute error."""
    predicted = scorer.predicted(x)
    wrong = predicted != y if scorer.resolved.schema.classes else np.abs(predicted.astype(np.float64) - y)
    return float(wrong.mean())
