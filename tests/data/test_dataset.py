"""Splits, folds, checks and the hash of data; the rows come from .npz files, as a user would give them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.data import Fold, Source
from nntrain.config.data_schema import Schema
from nntrain.data.checks import constant_columns
from nntrain.data.dataset import Dataset, load, sha256
from nntrain.data.examples import Split
from nntrain.errors import DataError


def saved(folder: Path, x: np.ndarray, y: np.ndarray, **arrays: np.ndarray) -> Path:
    file = folder / "data.npz"
    np.savez(file, x=x, y=y, **arrays)  # type: ignore[arg-type]
    return file


def source(file: Path, **options: Any) -> Source:
    return Source.parse({"npz_file": {"path": str(file), **options}})


def numbered(folder: Path, counts: list[int], **options: Any) -> Source:
    """Rows whose only two features are their position and 1, sorted by class."""
    y = np.repeat(np.arange(len(counts)), counts)
    x = np.stack([np.arange(len(y)), np.ones(len(y))], axis=1)
    return source(saved(folder, x, y), **options)


def positions(split: Split | None) -> list[int]:
    return [] if split is None else [int(row) for row in split.x[:, 0]]


def folded(source: Source, index: int, count: int) -> Source:
    return source.model_copy(update={"fold": Fold(index=index + 1, count=count)})


def text_of(source: Source) -> str:
    with pytest.raises(DataError) as caught:
        load(source)
    return str(caught.value)


def counts(split: Split | None) -> list[int]:
    return [] if split is None else np.bincount(split.y).tolist()


def test_every_row_is_in_exactly_one_split_in_ascending_order(tmp_path: Path) -> None:
    data = load(numbered(tmp_path, [50, 50, 50]))
    parts = [positions(split) for split in (data.train, data.validation, data.test)]
    assert [len(part) for part in parts] == [96, 24, 30]
    assert sorted(sum(parts, [])) == list(range(150))
    assert all(part == sorted(part) for part in parts)


def test_shares_are_the_same_for_every_class(tmp_path: Path) -> None:
    data = load(numbered(tmp_path, [100, 50, 11]))
    assert counts(data.test) == [20, 10, 2]
    assert counts(data.validation) == [16, 8, 2]


def test_a_class_of_three_rows_is_in_every_split(tmp_path: Path) -> None:
    data = load(numbered(tmp_path, [100, 3], test=0.9, validation=0.9))
    assert [counts(split)[1] for split in (data.train, data.validation, data.test)] == [1, 1, 1]


def test_the_split_depends_on_the_split_seed_only(tmp_path: Path) -> None:
    first, again, other = (load(numbered(tmp_path, [50, 50], split_seed=seed)) for seed in (1, 1, 2))
    assert positions(first.test) == positions(again.test)
    assert positions(first.test) != positions(other.test)


def test_unstratified_shares_follow_the_rows(tmp_path: Path) -> None:
    data = load(numbered(tmp_path, [60, 40], test={"fraction": {"share": 0.25, "stratify": False}}))
    assert data.test is not None
    assert len(data.test) == 25
    assert counts(data.test) != [15, 10]


def test_first_and_last_take_rows_from_the_ends(tmp_path: Path) -> None:
    y = np.tile([0, 1], 10)
    x = np.stack([np.arange(20), np.ones(20)], axis=1)
    data = load(source(saved(tmp_path, x, y), test={"last": 4}, validation={"first": 3}))
    assert positions(data.test) == [16, 17, 18, 19]
    assert positions(data.validation) == [0, 1, 2]
    assert positions(data.train) == list(range(3, 16))


def test_none_leaves_all_rows_to_the_training(tmp_path: Path) -> None:
    data = load(numbered(tmp_path, [5, 5], test="none", validation=0))
    assert (len(data.train), data.validation, data.test) == (10, None, None)


def test_folds_cover_every_row_once_with_the_same_share_of_each_class(tmp_path: Path) -> None:
    spec = numbered(tmp_path, [20, 13], validation="none")
    folds = [load(folded(spec, index, 5)) for index in range(5)]
    tested = [positions(fold.test) for fold in folds]
    assert sorted(sum(tested, [])) == list(range(33))
    assert sorted(len(part) for part in tested) == [6, 6, 7, 7, 7]
    assert all(counts(fold.test)[0] == 4 and counts(fold.test)[1] in (2, 3) for fold in folds)
    assert all(not set(positions(fold.train)) & set(positions(fold.test)) for fold in folds)
    assert positions(load(folded(spec, 2, 5)).test) == tested[2]


def test_a_fold_leaves_the_official_test_split_alone(tmp_path: Path) -> None:
    x, y = np.arange(40.0).reshape(20, 2), np.tile([0, 1], 10)
    spec = source(saved(tmp_path, x, y, x_test=x - 1000, y_test=y), validation=0.2)
    assert positions(load(spec).test) == positions(Split(x - 1000, y))
    data = load(folded(spec, 0, 5))
    assert data.test is not None and data.validation is not None
    assert min(positions(data.test)) >= 0
    assert (len(data.train), len(data.validation), len(data.test)) == (12, 4, 4)


def test_the_validation_split_of_a_fold_follows_its_own_rule(tmp_path: Path) -> None:
    data = load(folded(numbered(tmp_path, [20, 20], test={"last": 1}, validation=0.25), 1, 4))
    assert (len(data.train), counts(data.validation), counts(data.test)) == (22, [4, 4], [5, 5])


def test_facts_of_the_data(tmp_path: Path) -> None:
    assert load(numbered(tmp_path, [9, 9, 9])).schema == Schema((2,), tuple("012"))
    x = np.zeros((10, 4, 4, 1), np.uint8)
    assert load(source(saved(tmp_path, x, np.arange(20.0).reshape(10, 2)))).schema == Schema((4, 4, 1), target_count=2)


def test_a_constant_column_is_a_warning(tmp_path: Path) -> None:
    assert load(numbered(tmp_path, [10, 10])).warnings == (
        "column 2 holds 1 in every training row, so it teaches nothing",
    )


def test_constant_columns_are_named_and_counted() -> None:
    columns = tuple(f"c{index}" for index in range(12))
    found = constant_columns(np.zeros((3, 12), np.float32), columns)
    assert found[0] == "column `c0` holds 0 in every training row, so it teaches nothing"
    assert found[-1] == "2 more constant columns"
    assert len(found) == 11
    assert constant_columns(np.zeros((3, 12), np.uint8), columns) == ()
    assert constant_columns(np.zeros((3, 2, 2), np.float32), ()) == ()


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


def test_nan_and_infinity_are_named_with_row_and_column(tmp_path: Path) -> None:
    x = np.ones((20, 3))
    x[16, 2], x[3, 0] = np.nan, -np.inf
    assert text_of(source(saved(tmp_path, x, np.tile([0, 1], 10)))) == (
        "error: x is infinite in row 4, column 1\n"
        "  --> data.npz_file\n"
        " help: give a finite number, or leave the row out; counted from 1\n"
        "\n"
        "error: x is NaN in row 17, column 3\n"
        "  --> data.npz_file\n"
        " help: give a finite number, or leave the row out; counted from 1"
    )


def test_nan_in_an_image_a_target_and_a_test_split(tmp_path: Path) -> None:
    x, y = np.ones((4, 2, 2)), np.ones(4)
    x[1, 0, 1] = np.nan
    y[2] = np.inf
    text = text_of(source(saved(tmp_path, x, y, x_test=x, y_test=np.ones(4))))
    assert "error: x is NaN in row 2, position 1, 2\n" in text
    assert "error: y is infinite in row 3, column 1\n" in text
    assert "error: x is NaN in row 2 of the test split, position 1, 2\n" in text


def test_ten_faults_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    text = text_of(source(saved(tmp_path, np.full((30, 2), np.nan), np.tile([0, 1], 15))))
    assert text.count("error: ") == 10
    assert text.endswith("note: 50 more such faults\n  --> data.npz_file")


def test_labels_out_of_range(tmp_path: Path) -> None:
    file = saved(tmp_path, np.arange(12.0).reshape(6, 2), np.array([0, 1, -1, 0, 1, 2]))
    assert text_of(source(file, classes=["no", "yes"])) == (
        "error: label `-1` in row 3 is not the index of one of 2 classes\n"
        "  --> data.npz_file\n"
        " help: labels count from 0 to 1\n"
        "\n"
        "error: label `2` in row 6 is not the index of one of 2 classes\n"
        "  --> data.npz_file\n"
        " help: labels count from 0 to 1"
    )


def test_no_rows(tmp_path: Path) -> None:
    text = text_of(source(saved(tmp_path, np.ones((0, 2)), np.ones(0))))
    assert text == "error: the data have no rows\n  --> data.npz_file\n help: check the file"


def test_one_class(tmp_path: Path) -> None:
    text = text_of(numbered(tmp_path, [10]))
    assert text == ("error: there is only one class, `0`\n  --> data.npz_file\n help: give rows of at least 2 classes")


def test_a_class_without_rows(tmp_path: Path) -> None:
    text = text_of(numbered(tmp_path, [5, 0, 5]))
    assert text == (
        "error: class `1` has no rows\n  --> data.npz_file\n help: give rows of that class, or leave the class out"
    )


@pytest.mark.parametrize(
    ("rows", "options", "expected"),
    [
        (
            [9, 9],
            {"test": {"last": 3}},
            "error: class `0` has no row in the test split\n  --> data.npz_file.test\n"
            " help: write `test: 0.2` for the same share of every class",
        ),
        (
            [9, 2],
            {"test": 0.2},
            "error: class `1` has no row in the test split\n  --> data.npz_file.test\n"
            " help: give more rows of that class",
        ),
        (
            [100, 2],
            {"test": "none", "validation": {"fraction": {"share": 0.05, "stratify": False}}},
            "error: class `1` has no row in the validation split\n  --> data.npz_file.validation\n"
            " help: remove `stratify: false`",
        ),
        (
            [9, 9],
            {"test": "none", "validation": {"first": 10}},
            "error: class `0` has no row in the train split\n  --> data.npz_file\n help: give more rows of that class",
        ),
    ],
)
def test_a_class_that_is_missing_from_a_split(
    tmp_path: Path, rows: list[int], options: dict[str, Any], expected: str
) -> None:
    assert text_of(numbered(tmp_path, rows, **options)) == expected


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
def test_a_rule_that_takes_too_many_rows(tmp_path: Path, options: dict[str, Any], expected: str) -> None:
    assert text_of(numbered(tmp_path, [10, 10], **options)) == expected


def test_rows_too_few_to_share_out(tmp_path: Path) -> None:
    assert text_of(source(saved(tmp_path, np.ones((2, 2)), np.ones(2)))) == (
        "error: the test split gets no rows, 2 are too few to share out\n  --> data.npz_file.test\n"
        " help: give more rows, or write `test: none`"
    )


def test_a_source_without_files_takes_no_split_from_one(tmp_path: Path) -> None:
    assert text_of(Source.parse({"iris": {"test": {"file": "x.csv"}}})) == (
        "error: `iris` cannot take the test split from a file\n  --> data.iris.test\n"
        " help: write a share of the rows, `test: 0.2`"
    )


def test_more_folds_than_rows(tmp_path: Path) -> None:
    assert text_of(folded(numbered(tmp_path, [20, 4]), 0, 5)) == (
        "error: 5 folds need at least 5 rows, class `1` has 4\n  --> data.npz_file\n help: use at most 4 folds"
    )
    regression = source(saved(tmp_path, np.ones((3, 2)), np.ones(3)))
    assert text_of(folded(regression, 0, 5)) == (
        "error: 5 folds need at least 5 rows, the data have 3\n  --> data.npz_file\n help: use at most 3 folds"
    )
