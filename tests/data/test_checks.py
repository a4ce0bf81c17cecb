"""What is wrong or worth a warning in the values, labels and classes of the rows."""

from typing import Any

import numpy as np
import pytest

from nntrain.data import row_file
from nntrain.data.checks import bad_places, columns_with_missing, constant_columns
from nntrain.data.dataset import load
from nntrain.errors import Problem


def test_a_constant_column_is_a_warning(numbered: Any) -> None:
    text = "column 2 holds 1 in every training row, so it teaches nothing"
    assert load(numbered([10, 10])).warnings == (Problem(text, severity="warning", disease="constant_column"),)


def test_constant_columns_are_named_and_counted() -> None:
    columns = tuple(f"c{index}" for index in range(12))
    found = constant_columns(np.zeros((3, 12), np.float32), columns)
    assert found[0] == "column `c0` holds 0 in every training row, so it teaches nothing"
    assert found[-1] == "2 more constant columns"
    assert len(found) == 11
    assert constant_columns(np.zeros((3, 12), np.uint8), columns) == ()
    assert constant_columns(np.zeros((3, 2, 2), np.float32), ()) == ()
    empty = np.array([[np.nan, 1], [np.nan, np.nan]], np.float32)
    assert constant_columns(empty, ("a", "b")) == ("column `a` is empty in every training row, so it teaches nothing",)


def test_columns_with_missing_values_are_found_in_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_file, "CHUNK_BYTES", 20)
    x = np.zeros((50, 4), np.float32)
    x[3, 1] = x[49, 2] = np.nan
    assert columns_with_missing(x) == (1, 2)


def test_nan_and_infinity_are_named_with_row_and_column(saved: Any, source: Any, text_of: Any) -> None:
    x = np.ones((20, 3))
    x[16, 2], x[3, 0] = np.nan, -np.inf
    assert text_of(source(saved(x, np.tile([0, 1], 10)))) == (
        "error: x is NaN in row 17, column 3\n"
        "  --> data.npz_file\n"
        " help: give finite numbers, or leave the rows out; counted from 1\n"
        "\n"
        "error: x is infinite in row 4, column 1\n"
        "  --> data.npz_file\n"
        " help: give finite numbers, or leave the rows out; counted from 1"
    )


def test_nan_in_an_image_a_target_and_a_test_split(saved: Any, source: Any, text_of: Any) -> None:
    x, y = np.ones((4, 2, 2)), np.ones(4)
    x[1, 0, 1] = np.nan
    y[2] = np.inf
    text = text_of(source(saved(x, y, x_test=x, y_test=np.ones(4))))
    assert "error: x is NaN in row 2, position 1, 2\n" in text
    assert "error: y is infinite in row 3, column 1\n" in text
    assert "error: x is NaN in row 2 of the test split, position 1, 2\n" in text


def test_faults_are_grouped_by_column(saved: Any, source: Any, text_of: Any) -> None:
    x = np.ones((30, 2))
    x[4:, 0] = np.nan
    text = text_of(source(saved(x, np.tile([0, 1], 15))))
    assert text.startswith("error: x is NaN in 26 of 30 rows of column 1, the first is row 5\n")
    assert text.count("error: ") == 1
    images = np.ones((30, 2, 2))
    images[7:9, 1] = np.inf
    text = text_of(source(saved(images, np.tile([0, 1], 15))))
    assert text.startswith("error: x is infinite in 4 values, the first is in row 8, position 2, 1\n")
    assert text.count("error: ") == 1


def test_ten_faults_are_shown_and_the_others_counted(saved: Any, source: Any, text_of: Any) -> None:
    text = text_of(source(saved(np.full((30, 25), np.nan), np.tile([0, 1], 15))))
    assert text.count("error: ") == 10
    assert text.endswith("note: 15 more such faults\n  --> data.npz_file")


def test_places_are_counted_over_all_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_file, "CHUNK_BYTES", 16)
    x = np.arange(12, dtype=np.float32).reshape(6, 2)
    found = [tuple(bad) for bad in bad_places(x, lambda part: (part > 2) & (part != 7))]
    assert found == [(4, 1, (1,), 3.0), (4, 2, (0,), 4.0)]
    assert [tuple(bad) for bad in bad_places(x[:, :, None], lambda part: part > 8)] == [(3, 4, (1, 0), 9.0)]
    assert bad_places(x, np.isnan) == []


def test_labels_out_of_range_are_errors(saved: Any, source: Any, text_of: Any) -> None:
    file = saved(np.arange(12.0).reshape(6, 2), np.array([0, 1, -1, 0, 1, 2]))
    assert text_of(source(file, classes=["no", "yes"])) == (
        "error: label `-1` in row 3 is not the index of one of 2 classes\n"
        "  --> data.npz_file\n"
        " help: labels count from 0 to 1\n"
        "\n"
        "error: label `2` in row 6 is not the index of one of 2 classes\n"
        "  --> data.npz_file\n"
        " help: labels count from 0 to 1"
    )
    file = saved(np.arange(12.0).reshape(6, 2), np.array([1, 2, 1, 2, 2, 1]))
    assert text_of(source(file, classes=["no", "yes"])) == (
        "error: label `2` in 3 rows, the first is row 2, is not the index of one of 2 classes\n"
        "  --> data.npz_file\n"
        " help: labels count from 0 to 1; these begin at 1, so save `y - 1`"
    )


def test_data_without_rows_are_an_error(saved: Any, source: Any, text_of: Any) -> None:
    text = text_of(source(saved(np.ones((0, 2)), np.ones(0))))
    assert text == "error: the data have no rows\n  --> data.npz_file\n help: check the file"


def test_a_single_class_is_an_error(numbered: Any, text_of: Any) -> None:
    text = text_of(numbered([10]))
    assert text == ("error: there is only one class, `0`\n  --> data.npz_file\n help: give rows of at least 2 classes")


def test_a_class_without_rows_is_an_error(saved: Any, source: Any, text_of: Any) -> None:
    text = text_of(source(saved(np.ones((10, 2)), np.repeat([0, 2], 5)), classes=["a", "b", "c"]))
    assert text == (
        "error: class `b` has no rows\n  --> data.npz_file\n help: give rows of that class, or leave the class out"
    )


def test_classes_that_look_equal_are_an_error_and_nearly_equal_ones_a_warning(
    saved: Any, source: Any, text_of: Any
) -> None:
    file = saved(np.arange(40).reshape(20, 2), np.tile([0, 1], 10))
    assert text_of(source(file, classes=["caf\xe9", "cafe\u0301"])) == (
        "error: the classes `caf\\xe9` and `cafe\\u0301` look equal, and are two\n  --> data.npz_file\n"
        " help: give both the same name"
    )
    text = "`No` and `no` are two classes, which differ only by case, spaces or the form of a letter"
    assert load(source(file, classes=["No", "no"])).warnings == (
        Problem(text, severity="warning", disease="classes_nearly_equal"),
    )


def test_a_column_apart_is_not_named() -> None:
    assert constant_columns(np.zeros((3, 2), np.float32), ("a", "b"), ("a",)) == (
        "column `b` holds 0 in every training row, so it teaches nothing",
    )
