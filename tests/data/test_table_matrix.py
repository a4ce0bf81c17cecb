"""The matrix of a table."""

import numpy as np
import pytest

from nntrain.config.table import Column
from nntrain.data import table_matrix
from nntrain.data.raw_table import Numbers, RawTable, words_of
from nntrain.data.table_matrix import matrix, stacked
from nntrain.errors import DataError


def raw(**columns: list[str] | list[float]) -> RawTable:
    cells = {
        name: words_of([str(cell) for cell in values], frozenset())
        if any(isinstance(cell, str) for cell in values)
        else Numbers(np.array(values, np.float32))
        for name, values in columns.items()
    }
    return RawTable(cells, "t.csv", (), lambda row, column: None)


def test_every_kind_of_column() -> None:
    columns = [
        Column(name="n", kind="numeric"),
        Column(name="b", kind="boolean", categories=("no", "yes")),
        Column(name="c", kind="category", categories=("blue", "red")),
        Column(name="d", kind="date", format="%Y-%m-%d"),
    ]
    found = matrix(
        raw(d=["2024-12-30", "", "2023-01-01"], c=["red", "", "green"], b=["Yes", "no", ""], n=[1, np.nan, 3]), columns
    )
    expected = [[1, 1, 1, 2024, 12], [np.nan, 0, np.nan, np.nan, np.nan], [3, np.nan, -1, 2023, 1]]
    assert np.array_equal(found.x[:, :5], np.array(expected, np.float32), equal_nan=True)
    assert (found.x.shape, found.x.dtype, found.x.flags.c_contiguous) == ((3, 10), np.float32, True)
    assert found.unseen == {"c": 1}


def test_another_word_for_a_boolean_is_missing_and_counted() -> None:
    found = matrix(raw(b=["yes", "perhaps", "perhaps"]), [Column(name="b", kind="boolean", categories=("no", "yes"))])
    assert (np.isnan(found.x[:, 0]).tolist(), found.unseen) == ([False, True, True], {"b": 2})


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (Column(name="a", kind="numeric"), "column `a` is `red`, which is not a number, in row 2"),
        (
            Column(name="a", kind="date", format="%Y"),
            "column `a` is `red`, which is not a date in the format `%Y`, in row 2",
        ),
    ],
)
def test_cells_of_another_kind_are_refused(column: Column, message: str) -> None:
    with pytest.raises(DataError) as caught:
        matrix(raw(a=["2024", "red"]), [column])
    assert [problem.message for problem in caught.value.problems] == [message]


@pytest.mark.parametrize("rows", [1, 5, 8, 13])
def test_columns_become_rows_in_tiles(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_matrix, "_TILE_ROWS", 3)
    columns = [np.arange(rows, dtype=np.float32) + 100 * index for index in range(4)]
    assert np.array_equal(stacked(columns), np.stack(columns, axis=1))
