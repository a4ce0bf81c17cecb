"""Rows become a data set: its schema, its hash, and rules that the rows cannot meet."""

from typing import Any

import numpy as np
import pytest

from nntrain.config.data import Fold, Source
from nntrain.config.data_schema import Schema
from nntrain.data.dataset import Dataset, load, sha256
from nntrain.data.examples import Split


def folded(source: Source, index: int, count: int) -> Source:
    return source.model_copy(update={"fold": Fold(index=index + 1, count=count)})


def test_the_schema_of_the_data(saved: Any, source: Any, numbered: Any) -> None:
    assert load(numbered([9, 9, 9])).schema == Schema((2,), tuple("012"))
    x = np.zeros((10, 4, 4, 1), np.uint8)
    assert load(source(saved(x, np.arange(20.0).reshape(10, 2)))).schema == Schema((4, 4, 1), target_count=2)


def test_the_hash_changes_with_every_part_of_the_data() -> None:
    def data(x: np.ndarray, y: np.ndarray, classes: tuple[str, ...] = ("a", "b")) -> Dataset:
        return Dataset("d", Split(x, y), None, Split(x[:1], y[:1]), Split(x, y).schema(classes))

    x, y = np.arange(6, dtype=np.float32).reshape(3, 2), np.array([0, 1, 1], np.int32)
    hashes = [
        sha256(data(x, y)),
        sha256(data(x + 1, y)),
        sha256(data(x.astype(np.uint8), y)),
        sha256(data(x.reshape(3, 2, 1), y)),
        sha256(data(x, 1 - y)),
        sha256(data(x, y, ("a", "c"))),
        sha256(Dataset("d", Split(x, y), Split(x[:1], y[:1]), None, Split(x, y).schema("ab"))),
    ]
    assert len(set(hashes)) == len(hashes)
    assert sha256(data(np.asfortranarray(x), y)) == hashes[0]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {"test": {"first": 50}},
            "error: `first: 50` takes more rows than there are, 20\n  --> data.npz_file.test.first.rows\n"
            " help: take fewer than 20 rows",
        ),
        (
            {"test": "none", "validation": {"last": 20}},
            "error: the validation split takes all 20 rows and leaves none for training\n"
            "  --> data.npz_file.validation\n help: take fewer than 20 rows",
        ),
    ],
)
def test_a_rule_that_takes_too_many_rows_is_an_error(
    numbered: Any, text_of: Any, options: dict[str, Any], expected: str
) -> None:
    assert text_of(numbered([10, 10], **options)) == expected


def test_a_split_without_rows_is_an_error(saved: Any, source: Any, text_of: Any) -> None:
    assert text_of(source(saved(np.ones((2, 2)), np.ones(2)))) == (
        "error: the test split gets no rows, 2 are too few to share out\n  --> data.npz_file.test\n"
        " help: give more rows, or write `test: none`"
    )


def test_a_source_without_files_takes_no_split_from_one(text_of: Any) -> None:
    assert text_of(Source.parse({"iris": {"test": {"file": "x.csv"}}})) == (
        "error: `iris` cannot take the test split from a file\n  --> data.iris.test\n"
        " help: write a share of the rows, `test: 0.2`"
    )


def test_more_folds_than_rows_are_an_error(saved: Any, source: Any, numbered: Any, text_of: Any) -> None:
    assert text_of(folded(numbered([20, 4]), 0, 5)) == (
        "error: 5 folds need at least 5 rows, class `1` has 4\n  --> data.npz_file\n help: use at most 4 folds"
    )
    regression = source(saved(np.ones((3, 2)), np.ones(3)))
    assert text_of(folded(regression, 0, 5)) == (
        "error: 5 folds need at least 5 rows, the data have 3\n  --> data.npz_file\n help: use at most 3 folds"
    )
