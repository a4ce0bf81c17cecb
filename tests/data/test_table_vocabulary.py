"""The categories that the training rows have."""

import numpy as np

from nntrain.config.table import Column, Table
from nntrain.data.table_vocabulary import seen_by

COLUMNS = (
    Column(name="n", kind="numeric"),
    Column(name="d", kind="date", format="%Y"),
    Column(name="c", kind="category", categories=("a", "b", "c", "d")),
    Column(name="e", kind="category", categories=("x", "y")),
)


def rows(*codes: tuple[float, float]) -> np.ndarray:
    found = np.zeros((len(codes), 10), np.float32)
    found[:, -2:] = codes
    return found


def test_a_category_that_only_other_rows_have_is_unseen() -> None:
    train, test = rows((1, 0), (3, 1), (np.nan, 0)), rows((0, 0), (1, 1), (2, 0), (3, 1), (-1, np.nan))
    table = seen_by(Table(columns=COLUMNS), train, [test])
    assert [column.categories for column in table.columns] == [(), (), ("b", "d"), ("x", "y")]
    assert np.array_equal(train[:, 8], [0, 1, np.nan], equal_nan=True)
    assert test[:, 8].tolist() == [-1, 0, -1, 1, -1]
    assert np.array_equal(test[:, 9], [0, 1, 0, 1, np.nan], equal_nan=True)


def test_nothing_changes_where_all_are_seen() -> None:
    train = rows((0, 0), (1, 1), (2, 0), (3, 1))
    table = Table(columns=COLUMNS)
    assert seen_by(table, train, [train.copy()]) == table
    assert train[:, 8].tolist() == [0, 1, 2, 3]


def test_a_category_of_the_last_of_many_rows_is_seen() -> None:
    train = np.zeros((1_000_000, 10), np.float32)
    train[-1, -2:] = 3, 1
    train[1, -2:] = 2, 0
    train[2, -2:] = 1, 0
    assert seen_by(Table(columns=COLUMNS), train, []) == Table(columns=COLUMNS)
