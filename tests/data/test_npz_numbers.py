"""Arrays as float32, and numbers that would be lost."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data.npy_header import stored_in_npy
from nntrain.data.npz_numbers import as_float32, refuse_merged
from nntrain.data.row_file import RowFile
from nntrain.errors import DataError

PLACE = ("data", "npz_file", "path")


def text_of(values: np.ndarray) -> str:
    with pytest.raises(DataError) as caught:
        refuse_merged(values, "x", PLACE)
    return str(caught.value)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.float16, np.float32, np.float64, np.bool_])
def test_every_real_dtype_becomes_float32(dtype: Any) -> None:
    values = np.array([[0, 1], [1, 1]]).astype(dtype)
    found = as_float32(values, "x", PLACE)
    assert found.dtype == np.float32 and (found == values).all()
    assert as_float32(values[:0], "x", PLACE).shape == (0, 2)


def test_whole_numbers_that_merge_are_refused() -> None:
    x = np.array([[1, 2**24, 5], [2, 2**24 + 1, 5], [3, 0, 5]])
    for values in (x, x.astype(np.float64), x.astype(np.uint32)):
        assert "16777217" in text_of(values) and "of column 2 in `x` become the same 32-bit float" in text_of(values)
    assert text_of(x) == (
        "error: 16777216 and 16777217 of column 2 in `x` become the same 32-bit float\n  --> data.npz_file.path\n"
        " help: subtract the lowest value, or leave the column out"
    )
    assert text_of(x[:, :, None]).startswith("error: 16777216 and 16777217 in `x` become")


def test_numbers_on_the_disk_are_looked_at_too(tmp_path: Path) -> None:
    file = tmp_path / "a.npy"
    np.save(file, np.array([[1, 2**24], [2, 2**24 + 1]]))
    rows = RowFile.open(file, stored_in_npy(file)).as_stored()
    with pytest.raises(DataError, match="16777216 and 16777217 of column 2 in `x` become the same 32-bit float"):
        refuse_merged(rows, "x", PLACE)
    refuse_merged(rows.take(np.array([0])), "x", PLACE)


def test_a_column_that_becomes_constant_is_refused() -> None:
    assert "1.00000001 of column 1 in `x`" in text_of(np.array([[1.0], [1.00000001]]))


def test_other_numbers_are_rounded() -> None:
    x = np.array([[2.0**24, 0.1, 1e9 + 0.25], [2.0**24 + 2, 0.1, 1e9 + 0.5], [np.nan, 0.2, 1]])
    refuse_merged(x, "x", PLACE)
    refuse_merged(x[:0], "x", PLACE)
