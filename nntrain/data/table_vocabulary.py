"""The categories that the training rows of a table have; the others are as unseen as those of later files."""

from collections.abc import Iterable, Sequence

import numpy as np

from nntrain.config.table import UNSEEN, Column, Table
from nntrain.data.row_file import chunks


def seen_by(table: Table, train: np.ndarray, others: Iterable[np.ndarray]) -> Table:
    """Return the table with the categories of the training rows alone, and change the codes of all rows to them.

    A category that only other rows have is one that the model has not learnt, as any new one at prediction.
    """
    columns, index, others = [], 0, list(others)
    for column in table.columns:
        if column.kind == "category":
            column = _with_seen(column, index, train, others)
        columns.append(column)
        index += len(column.names)
    return table.model_copy(update={"columns": tuple(columns)})


def _with_seen(column: Column, index: int, train: np.ndarray, others: Sequence[np.ndarray]) -> Column:
    is_seen = np.zeros(len(column.categories), bool)
    for _, part in chunks(train):
        codes = part[:, index]
        is_seen[codes[codes >= 0].astype(np.int64)] = True
        if is_seen.all():  # as mostly after a few rows
            break
    if is_seen.all():
        return column
    renamed = np.where(is_seen, np.cumsum(is_seen) - 1, UNSEEN).astype(np.float32)
    for x in (train, *others):
        known = np.flatnonzero(x[:, index] >= 0)
        x[known, index] = renamed[x[known, index].astype(np.int64)]
    kept = (name for name, seen in zip(column.categories, is_seen, strict=True) if seen)
    return column.model_copy(update={"categories": tuple(kept)})
