"""Arrays from NumPy files, and what may be wrong with them."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.config.data import Source
from nntrain.config.data_schema import Schema
from nntrain.data.dataset import load
from nntrain.errors import DataError

X = np.arange(40.0).reshape(20, 2)
Y = np.tile([0, 1], 10)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def source(**options: Any) -> Source:
    return Source.parse({"npz_file": {"path": "d.npz", **options}})


def save(name: str = "d.npz", **arrays: Any) -> None:
    np.savez(name, **arrays)


def text_of(**options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(source(**options))
    return str(caught.value).replace(f"{Path.cwd()}/", "")


def fault(message: str, help: str, option: str = "path") -> str:
    return f"error: {message}\n  --> data.npz_file.{option}\n help: {help}"


def test_integers_are_classes_and_floats_are_numbers() -> None:
    save(x=X, y=Y[:, None])
    data = load(source())
    assert data.schema == Schema((2,), ("0", "1"))
    assert (str(data.train.x.dtype), str(data.train.y.dtype), data.train.y.ndim) == ("float32", "int32", 1)
    save(x=X, y=Y.astype(np.float64))
    data = load(source())
    assert data.schema == Schema((2,))
    assert (str(data.train.y.dtype), data.train.y.shape) == ("float32", (13, 1))


def test_the_task_may_be_named() -> None:
    save(x=X, y=Y)
    assert load(source(task="regression")).schema == Schema((2,))
    save(x=X, y=Y.astype(np.float32))
    assert load(source(task="classification")).schema == Schema((2,), tuple("01"))
    assert load(source(classes=["no", "yes"])).schema.classes == ("no", "yes")


@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.uint64, np.int64, np.uint8])
def test_labels_of_every_integer_dtype(dtype: Any) -> None:
    save(x=X, y=Y.astype(dtype))
    assert load(source()).train.y.dtype == np.int32


@pytest.mark.parametrize(
    ("dtype", "expected"), [(np.uint8, "uint8"), (np.float16, "float32"), (np.int64, "float32"), (np.bool_, "float32")]
)
def test_bytes_stay_bytes(dtype: Any, expected: str) -> None:
    save(x=X.astype(dtype).reshape(20, 2, 1, 1), y=Y)
    assert load(source()).train.x.dtype == expected


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (Y.astype(np.float64), "`y` holds only 0, 1, and is read as numbers to predict; `task: classification` makes"),
        (np.eye(2)[Y], "the rows of `y` are one-hot, and are read as 2 numbers to predict"),
        (Y / 255, "`y` holds only 2 multiples of 1/255, and is read as numbers to predict"),
    ],
)
def test_floats_that_may_be_classes_are_noted(y: np.ndarray, words: str) -> None:
    save(x=X, y=y)
    assert [note[: len(words)] for note in load(source()).notes] == [words]
    assert load(source(task="regression")).notes == ()


def test_official_splits_take_precedence() -> None:
    save(x_train=X, y_train=Y, x_val=X[:4], y_val=Y[:4], x_test=X[:6], y_test=Y[:6])
    data = load(source(validation=0.5, test=0.5))
    assert [len(split) for split in (data.train, data.validation, data.test) if split is not None] == [20, 4, 6]
    save(x_train=X, y_train=Y, x_validation=X[:4], y_validation=Y[:4])
    data = load(source(test=0.5))
    assert [len(split) for split in (data.train, data.validation, data.test) if split is not None] == [10, 4, 10]


def test_splits_may_come_from_other_files() -> None:
    save(x=X, y=Y)
    save("v.npz", x=X[:4], y=Y[:4])
    data = load(source(validation={"file": "v.npz"}, test="none"))
    assert [len(split) for split in (data.train, data.validation) if split is not None] == [20, 4]
    save(x=X, y=Y, x_val=X, y_val=Y)
    assert text_of(validation={"file": "v.npz"}) == fault(
        "`d.npz` holds a validation split already", "remove `validation`", "validation.file"
    )


@pytest.mark.parametrize(
    ("arrays", "message", "help"),
    [
        ({"x": X}, "there is no array `y` in `d.npz`", "it holds `x`"),
        ({"a": X, "b": Y}, "there is no array `x` in `d.npz`", "it holds `a`, `b`"),
        ({}, "there is no array `x` in `d.npz`", "it holds no arrays"),
        ({"x": X, "y": Y, "x_test": X}, "there is no array `y_test` in `d.npz`", "it holds `x`, `y`, `x_test`"),
        (
            {"x": X, "y": Y, "x_train": X, "y_train": Y},
            "there are several arrays for the same rows: `x`, `x_train`",
            "keep one of them",
        ),
        ({"x": X, "y": Y, "x_valid": X}, "the array `x_valid` has no meaning", "name it `x_val`"),
        ({"x": X, "y": Y, "x_holdout": X}, "the array `x_holdout` has no meaning", "name it `x_test`"),
        ({"x": X, "y": Y, "y_dev": Y}, "the array `y_dev` has no meaning", "name it `y_validation`"),
        (
            {"x": X, "y": Y, "x_mean_image": X},
            "the array `x_mean_image` has no meaning",
            "remove it, or name it `x`, `y`, `x_train`, `y_train`, `x_validation`, `y_validation`, `x_val`, `y_val`, "
            "`x_test`, `y_test`",
        ),
        (
            {"x": np.array([[1], "a"], object), "y": Y},
            "the array `x` holds Python objects",
            "save an array of numbers, with rows of the same length",
        ),
        (
            {"x": X, "y": Y[:-1]},
            "`x` has 20 rows, `y` has 19",
            "give one label or target for each row",
        ),
        ({"x": X, "y": np.int64(3)}, "`x` has 20 rows, `y` has none", "give one label or target for each row"),
        (
            {"x": X[:, 0], "y": Y},
            "`x` must have a row for each example, got the shape (20,)",
            "reshape it to (rows, features), for one feature with `x.reshape(-1, 1)`",
        ),
        (
            {"x": X, "y": np.eye(2, dtype=int)[Y]},
            "`y` must have one value a row, got the shape (20, 2)",
            "give the index of the class, for one-hot rows `y.argmax(axis=1)`",
        ),
        (
            {"x": X.astype(complex), "y": Y},
            "`x` has the dtype complex128, which is not a type of real numbers",
            "save integers or floats",
        ),
        (
            {"x": X, "y": Y.astype(str)},
            "`y` has the dtype <U21, which is not a type of real numbers",
            "save integers or floats; for classes `numpy.unique(y, return_inverse=True)[1]`",
        ),
        (
            {"x": np.where(X == 39, 1e39, X), "y": Y},
            "`x` is 1e+39 in row 20, too large for a 32-bit float",
            "measure in a larger unit",
        ),
        (
            {"x": X, "y": Y + 10**9},
            "label `1000000001` is too large for 20 rows: every class from 0 to 1000000001 needs some",
            "number the classes from 0, or write `task: regression`",
        ),
        (
            {"x": np.stack([X[:, 0], 2**24 + np.arange(20)], axis=1), "y": Y},
            "16777216.0 and 16777217.0 of column 2 in `x` become the same 32-bit float",
            "subtract the lowest value, or leave the column out",
        ),
        (
            {"x": X, "y": Y + 1},
            "the labels in `y` are 1, 2, not every number from 0 to 2",
            "save `y - 1`, so that they count from 0",
        ),
        (
            {"x_train": X, "y_train": 2 * Y - 1},
            "the labels in `y_train` are -1, 1, not every number from 0 to 1",
            "save `numpy.unique(y_train, return_inverse=True)[1]`, or write `task: regression` for numbers",
        ),
        (
            {"x": X, "y": np.where(np.arange(20) == 5, 5, Y)},
            "the labels in `y` are 0, 1, 5, not every number from 0 to 5",
            "save `numpy.unique(y, return_inverse=True)[1]`, or write `task: regression` for numbers",
        ),
        (
            {"x": X, "y": Y, "x_test": X, "y_test": Y + 1},
            "the labels in `y` are 0, 1, not every number from 0 to 2",
            "save `numpy.unique(y, return_inverse=True)[1]`, or write `task: regression` for numbers",
        ),
        (
            {"x": X, "y": Y, "x_test": X[:, :1], "y_test": Y},
            "a row of `x_test` is float32 of shape (1,), the training rows are float32 of shape (2,)",
            "give all splits the same shape and dtype",
        ),
        (
            {"x": X.astype(np.uint8), "y": Y, "x_test": X / 255, "y_test": Y},
            "a row of `x_test` is float32 of shape (2,), the training rows are uint8 of shape (2,)",
            "give all splits the same shape and dtype",
        ),
    ],
)
def test_faults_of_the_arrays(arrays: dict[str, Any], message: str, help: str) -> None:
    save(**arrays)
    assert text_of() == fault(message, help)


def test_labels_that_are_not_whole_are_an_error() -> None:
    save(x=X, y=Y + 0.5)
    assert text_of(task="classification") == fault(
        "`y` holds numbers that are not whole, so they are not class indices",
        "write `task: regression`, or give whole numbers",
    )
    save(x=X, y=np.arange(20) / 255)
    assert text_of(task="classification").endswith("help: classes are not divided by 255, so save `(y * 255).round()`")


def test_numbers_that_merge_matter_in_the_training_rows_only() -> None:
    near = np.array([[5, 1], [5.0000000001, 1]])
    save(x=X, y=Y, x_test=near, y_test=Y[:2])
    assert load(source()).test is not None
    save(x=X, y=2**24 + np.arange(20))
    assert text_of(task="regression").startswith("error: 16777216 and 16777217 of column 1 in `y` become")


def test_arrays_of_other_names_are_a_warning() -> None:
    save(x=X, y=Y, X_test=X, weights=Y)
    assert [warning.message.replace(f"{Path.cwd()}/", "") for warning in load(source()).warnings] == [
        "`X_test`, `weights` in `d.npz` are not read; arrays are named `x`, `y`, `x_train`, `y_train`, `x_validation`, "
        "`y_validation`, `x_val`, `y_val`, `x_test`, `y_test`",
    ]


def test_a_file_of_another_format_is_named() -> None:
    Path("d.npz").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    assert text_of() == fault(
        "`d.npz` is HDF5", "save its arrays with `numpy.savez(file, x=x, y=y)`, and write `npz_file`"
    )


def test_a_file_that_is_not_an_npz_is_an_error() -> None:
    broken = fault("`d.npz` is broken, or not an .npz file", "save it again with `numpy.savez(file, x=x, y=y)`")
    assert text_of() == fault("there is no file `d.npz`", "check the path")
    Path("d.npz").mkdir()
    assert text_of() == fault("`d.npz` is a folder", "give the path of a file")
    Path("d.npz").rmdir()
    os.mkfifo("d.npz")
    assert text_of() == fault("`d.npz` is a named pipe", "give the path of a file")
    Path("d.npz").unlink()
    for content in (b"", b"x,y\n1,2\n", b"PK\x03\x04 and so on"):
        Path("d.npz").write_bytes(content)
        assert text_of() == broken
    save(x=X, y=Y)
    Path("d.npz").write_bytes(Path("d.npz").read_bytes()[:-100])
    assert text_of() == broken
    with Path("d.npz").open("wb") as file:
        np.save(file, X)
    assert text_of() == fault("`d.npz` holds a single array", "save with `numpy.savez(file, x=x, y=y)`")


def test_a_flipped_byte_is_found() -> None:
    np.savez_compressed("d.npz", x=X, y=Y)
    data = bytearray(Path("d.npz").read_bytes())
    data[120] ^= 255
    Path("d.npz").write_bytes(data)
    assert text_of() == fault("the array `x` in `d.npz` is broken", "save the file again")


def test_a_zip_of_other_files_is_an_error() -> None:
    with zipfile.ZipFile("d.npz", "w") as archive:
        archive.writestr("x", "text")
        archive.writestr("y", "text")
    assert text_of() == fault("the array `x` in `d.npz` is broken", "save the file again")
