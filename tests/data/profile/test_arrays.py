from pathlib import Path

import numpy as np
import pytest

from nntrain.config.load import load
from nntrain.data.profile.arrays import profile_npz
from nntrain.data.profile.choose import profile_config
from nntrain.errors import DataError


def test_an_array_of_columns_is_a_table(tmp_path: Path) -> None:
    x = np.arange(60.0).reshape(30, 2)
    np.savez(tmp_path / "a.npz", x=x, y=np.arange(30) % 3)
    found = profile_npz(tmp_path / "a.npz")
    assert [(column.name, column.kind, column.is_target) for column in found.columns] == [
        ("x1", "numeric", False),
        ("x2", "numeric", False),
        ("class", "classes", True),
    ]
    assert (found.rows, found.task, found.splits) == (30, "classification", ())
    assert [each.rows for each in found.classes] == [10, 10, 10]
    assert (found.columns[0].low, found.columns[0].high) == (0, 58)


def test_pixels_are_one_column_and_given_splits_are_shown(tmp_path: Path) -> None:
    x = np.random.default_rng(0).integers(0, 256, (40, 4, 4)).astype("uint8")
    x[3] = x[2]
    y = np.arange(40.0)
    np.savez(tmp_path / "i.npz", x_train=x[:30], y_train=y[:30], x_test=x[30:], y_test=y[30:])
    found = profile_npz(tmp_path / "i.npz")
    assert (found.what, found.rows, found.duplicates, found.task) == ("uint8 arrays of 4 x 4", 40, 1, "regression")
    assert [(part.name, part.rows) for part in found.splits] == [("train", 30), ("test", 10)]
    assert [column.name for column in found.columns] == ["pixels"]


def test_the_splits_of_a_config_are_shown_with_their_classes(tmp_path: Path) -> None:
    config = tmp_path / "net.yaml"
    config.write_text("data: iris\nmodel: [Flatten]\n")
    found = profile_config(load(config))
    assert [part.rows for part in found.splits] == [96, 24, 30] and found.rows == 150
    assert [each.rows for each in found.splits[2].classes] == [10, 10, 10]
    assert [column.name for column in found.columns][-1] == "class"


def test_a_broken_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_text("no")
    with pytest.raises(DataError):
        profile_npz(tmp_path / "a.npz")


def test_a_file_without_rows_is_an_error(tmp_path: Path) -> None:
    np.savez(tmp_path / "e.npz", x_train=np.zeros((0, 4)), y_train=np.zeros((0, 3)))
    with pytest.raises(DataError, match="has no rows"):
        profile_npz(tmp_path / "e.npz")
