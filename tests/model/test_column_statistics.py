from pathlib import Path

import numpy as np
import pytest

from nntrain.data.npy_header import stored_in_npy
from nntrain.data.row_file import RowFile
from nntrain.model import column_statistics
from nntrain.model.column_statistics import SortedColumn, columns

pytestmark = pytest.mark.quick


def test_the_statistics_are_those_of_numpy_over_the_values_that_are_there() -> None:
    cells = np.random.default_rng(0).normal(1e4, 3, 1001).astype("float32")
    cells[::10] = np.nan
    present, column = cells[~np.isnan(cells)].astype("float64"), SortedColumn.of(cells)
    assert column.mean == pytest.approx(present.mean(), rel=1e-12)
    assert column.deviation == pytest.approx(present.std(), rel=1e-12)
    assert column.range == np.ptp(present)
    shares = np.linspace(0, 1, 37)
    assert column.quantiles(shares) == pytest.approx(np.quantile(present, shares), rel=1e-12)
    assert column.quantile(0.5) == np.median(present)
    assert not column.is_constant


@pytest.mark.parametrize("cells", [[np.nan, np.nan], []])
def test_a_column_without_values_is_constant_and_all_its_statistics_are_0(cells: list[float]) -> None:
    column = SortedColumn.of(np.array(cells, "float32"))
    assert column.is_constant
    assert (column.mean, column.deviation, column.range, column.quantile(0.5)) == (0, 0, 0, 0)


def test_a_column_of_equal_values_is_constant() -> None:
    assert SortedColumn.of(np.array([2, np.nan, 2], "float32")).is_constant


@pytest.mark.parametrize("at_once", [1, 4 * 50 * 3, 1 << 20])
def test_columns_of_a_file_are_those_of_the_array(
    at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_statistics, "_AT_ONCE", at_once)
    x = np.random.default_rng(0).normal(size=(50, 7)).astype("float32")
    np.save(tmp_path / "x.npy", x)
    file = RowFile.open(tmp_path / "x.npy", stored_in_npy(tmp_path / "x.npy"))
    for rows, expected in ((file, x), (file.take(np.arange(0, 50, 3)), x[::3])):
        assert np.array_equal(np.stack(list(columns(rows)), axis=1), expected)
