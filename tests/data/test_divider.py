"""Rules that the rows cannot meet, classes that a split lacks, and equal rows that stay together."""

from typing import Any

import numpy as np
import pytest

from nntrain.config.data import Fold, Source
from nntrain.data.dataset import Dataset, load


def folded(source: Source, index: int, count: int) -> Source:
    return source.model_copy(update={"fold": Fold(index=index + 1, count=count)})


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
        "error: the test split gets no rows: 2 are too few to share out\n  --> data.npz_file.test\n"
        " help: give more rows, or write `test: none`"
    )


def test_a_source_without_files_takes_no_split_from_one(text_of: Any) -> None:
    assert text_of(Source.parse({"iris": {"test": {"file": "x.csv"}}})) == (
        "error: `iris` cannot take the test split from a file\n  --> data.iris.test\n"
        " help: write a share of the rows, `test: 0.2`"
    )


def test_more_folds_than_rows_are_an_error(saved: Any, source: Any, numbered: Any, text_of: Any) -> None:
    regression = source(saved(np.ones((3, 2)), np.ones(3)))
    assert text_of(folded(regression, 0, 5)) == (
        "error: 5 folds need at least 5 rows, the data have 3\n  --> data.npz_file\n help: use at most 3 folds"
    )


def test_a_class_of_one_row_takes_no_folds(numbered: Any, text_of: Any) -> None:
    assert text_of(folded(numbered([20, 1]), 0, 5)) == (
        "error: class `1` has a single row, so one of the folds leaves none of it for training\n  --> data.npz_file\n"
        " help: give more rows of that class, or leave the class out"
    )


def test_a_class_that_is_too_rare_for_the_folds_is_a_warning(numbered: Any) -> None:
    folds = [load(folded(numbered([20, 3]), index, 5)) for index in range(5)]
    rare = "5 folds are more than the rows of class `1`, so some have none in the test split"
    assert all(fold.warnings[0].message == rare for fold in folds)
    absent = "class `1` has no row in the test split; its scores leave that class out"
    assert [absent in [each.message for each in fold.warnings] for fold in folds].count(True) == 2
    assert all(np.bincount(fold.train.y)[1] >= 1 for fold in folds)


@pytest.mark.parametrize(
    ("rows", "options", "expected"),
    [
        (
            [9, 9],
            {"test": {"last": 3}},
            "class `0` has no row in the test split; `test: 0.2` takes the same share of every class",
        ),
        ([9, 2], {"test": 0.2}, "class `1` has no row in the test split; its scores leave that class out"),
        (
            [100, 2],
            {"test": "none", "validation": {"fraction": {"share": 0.05, "stratify": False}}},
            "class `1` has no row in the validation split; without `stratify: false` each class gets the same share",
        ),
        (
            [9, 1, 1],
            {"test": "none"},
            "classes `1`, `2` have no row in the validation split; its scores leave those classes out",
        ),
    ],
)
def test_a_class_that_a_split_lacks_is_a_warning(
    numbered: Any, rows: list[int], options: dict[str, Any], expected: str
) -> None:
    assert expected in [each.message for each in load(numbered(rows, **options)).warnings]


def test_a_class_that_the_training_lacks_is_an_error(numbered: Any, text_of: Any) -> None:
    assert text_of(numbered([9, 9], test="none", validation={"first": 10})) == (
        "error: class `0` has no row in the training split\n  --> data.npz_file\n help: give more rows of that class"
    )


@pytest.fixture
def repeated(saved: Any, source: Any) -> Any:
    """30 different rows, each one to five times, in any order; x is the number of the row, and its negative zero."""
    numbers = np.random.default_rng(0).permutation(np.repeat(np.arange(30), np.tile([1, 2, 3, 4, 5], 6)))
    x = np.stack([numbers, np.zeros(len(numbers)) * np.where(np.arange(len(numbers)) % 2, -1, 1)], axis=1)
    return lambda **options: source(saved(x, numbers % 2), group_duplicates=True, **options)


def rows_of(data: Dataset) -> dict[str, set[int]]:
    return {name: {int(row) for row in split.x[:, 0]} for name, split in data.splits.items()}


@pytest.mark.parametrize(
    "options",
    [{}, {"test": {"first": 9}, "validation": {"last": 9}}, {"test": {"fraction": {"share": 0.3, "stratify": False}}}],
)
def test_equal_rows_go_to_one_split(repeated: Any, options: dict[str, Any]) -> None:
    data = load(repeated(**options))
    parts = rows_of(data)
    assert set().union(*parts.values()) == set(range(30)) and sum(map(len, parts.values())) == 30
    assert sum(len(split) for split in data.splits.values()) == 90
    assert not any("equal" in str(line) for line in (*data.warnings, *data.notes))


def test_a_share_is_one_of_the_different_rows(repeated: Any) -> None:
    assert {name: len(rows) for name, rows in rows_of(load(repeated())).items()} == {
        "train": 20,
        "validation": 4,
        "test": 6,
    }


def test_equal_rows_go_to_one_fold(repeated: Any) -> None:
    tested = [rows_of(load(folded(repeated(validation="none"), index, 5)))["test"] for index in range(5)]
    assert sorted(len(part) for part in tested) == [6] * 5 and set().union(*tested) == set(range(30))


def test_folds_are_of_different_rows(saved: Any, source: Any, text_of: Any) -> None:
    x, y = np.zeros((20, 2)), np.zeros(20)
    grouped = source(saved(x, y), group_duplicates=True)
    assert text_of(folded(grouped, 0, 5)).startswith("error: 5 folds need at least 5 rows, the data have 1\n")


def test_more_folds_of_the_validation_split_than_rows_are_an_error(numbered: Any, text_of: Any) -> None:
    assert text_of(numbered([3, 3], test="none", validation={"fold": {"index": 1, "count": 7}})) == (
        "error: 7 folds need at least 7 rows, there are 6\n  --> data.npz_file.validation.fold.count\n"
        " help: use at most 6 folds"
    )


def test_folds_of_a_split_that_the_source_has_are_an_error(saved: Any, source: Any, text_of: Any) -> None:
    x, y = np.arange(20.0).reshape(10, 2), np.tile([0, 1], 5)
    file = saved(x, y, x_validation=x, y_validation=y)
    assert text_of(source(file, validation={"fold": {"index": 1, "count": 3}})) == (
        "error: `fold` has no rows to divide: `npz_file` has a validation split of its own\n"
        "  --> data.npz_file.validation\n help: remove it"
    )


def test_classes_that_are_too_small_for_a_share_are_named_as_the_reason(numbered: Any, text_of: Any) -> None:
    assert text_of(numbered([2] * 30)) == (
        "error: the test split gets no rows: no class has more than 2 rows\n  --> data.npz_file.test\n"
        " help: give more rows, write `test: {fraction: {share: 0.2, stratify: false}}`, or write `test: none`"
    )
