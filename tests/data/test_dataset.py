"""Rows become a data set: its schema, its hash, and rules that the rows cannot meet."""

from typing import Any

import numpy as np

from nntrain.config.data_schema import Schema
from nntrain.data.dataset import Dataset, load
from nntrain.data.examples import Split


def test_the_schema_of_the_data(saved: Any, source: Any, numbered: Any) -> None:
    assert load(numbered([9, 9, 9])).schema == Schema((2,), tuple("012"))
    x = np.zeros((10, 4, 4, 1), np.uint8)
    assert load(source(saved(x, np.arange(20.0).reshape(10, 2)))).schema == Schema((4, 4, 1), target_count=2)


def test_the_hash_changes_with_every_part_of_the_data() -> None:
    def data(x: np.ndarray, y: np.ndarray, classes: tuple[str, ...] = ("a", "b")) -> Dataset:
        return Dataset("d", Split(x, y), None, Split(x[:1], y[:1]), Split(x, y).schema(classes))

    x, y = np.arange(6, dtype=np.float32).reshape(3, 2), np.array([0, 1, 1], np.int32)
    hashes = [
        data(x, y).digest,
        data(x + 1, y).digest,
        data(x.astype(np.uint8), y).digest,
        data(x.reshape(3, 2, 1), y).digest,
        data(x, 1 - y).digest,
        data(x, y, ("a", "c")).digest,
        Dataset("d", Split(x, y), Split(x[:1], y[:1]), None, Split(x, y).schema("ab")).digest,
    ]
    assert len(set(hashes)) == len(hashes)
    assert data(np.asfortranarray(x), y).digest == hashes[0]


def test_equal_rows_in_two_splits_are_a_warning_where_they_are_many_and_else_a_note(saved: Any, source: Any) -> None:
    x, y = np.arange(80.0).reshape(40, 2), np.tile([0, 1], 20)
    x_test = np.concatenate([x[:3] + 1000, x[:2]])
    cure = "; `group_duplicates: true` keeps equal rows together"
    file = saved(x, y, x_test=x_test, y_test=y[:5])
    (warning,) = load(source(file, validation="none")).warnings
    assert warning.message == f"2 of 5 rows of the test split are equal to rows of the training split{cure}"
    assert warning.disease == "duplicates_across_splits"
    x_test = np.concatenate([x + 1000, x[:1]])
    data = load(source(saved(x, y, x_test=x_test, y_test=y[:1].repeat(41)), validation="none", group_duplicates=True))
    assert data.notes == ("1 of 41 rows of the test split is equal to a row of the training split",)
    assert not any("equal" in str(warning) for warning in data.warnings)


def test_warnings_and_notes_of_the_rows_come_first(saved: Any, source: Any) -> None:
    data = load(source(saved(np.arange(80.0).reshape(40, 2), np.tile([0.0, 1.0], 20))))
    assert data.notes == (
        "`y` holds only 0, 1, and is read as numbers to predict; `task: classification` makes them classes",
    )
