"""Tables of pandas: what a run is given, what it has measured, and the list of runs."""

import contextlib
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nntrain.api.arguments import Folder, folder
from nntrain.config.table import Column, Table
from nntrain.data.written_numbers import Style
from nntrain.errors import DataError, renamed
from nntrain.runs.run_list import list_runs

TABLE = "DataFrame"  # in messages, in place of the name of a file
ARRAYS = "array"


def runs(
    where: str | None = None,
    *,
    sort: str | None = None,
    members: bool = False,
    runs_dir: Folder | None = None,
) -> pd.DataFrame:
    """Return a row for each run, group and search, as `nntrain runs --csv` prints it: metrics, and what differs.

    where: conditions such as `"data=iris and val_accuracy>0.9"`. sort: a metric. members: also the runs of groups and
    searches. Raises ConfigError for a name that no run has.
    """
    return pd.DataFrame(list_runs(folder(runs_dir), where, sort, members).flat())


@contextlib.contextmanager
def table_file(frame: pd.DataFrame, table: Table, name: str = TABLE) -> Iterator[Path]:
    """Write a table as a temporary CSV file that is read as the file was that a run was trained on.

    An error about this file is one about `name`: line 1 has the names, line 2 the first row.
    """
    if not len(frame):
        raise DataError(f"the `{name}` has no rows", help="give at least one row")
    with _temporary("table.csv", name) as file:
        written = _written(frame, table)
        form: dict[str, Any] = {"sep": table.separator, "decimal": table.decimal}
        written.to_csv(file, index=False, **form)
        yield file


@contextlib.contextmanager
def array_file(**arrays: np.ndarray) -> Iterator[Path]:
    """Write arrays as a temporary npz file; an error about this file is one about the arrays."""
    with _temporary(f"{ARRAYS}.npz", ARRAYS) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
        yield file


@contextlib.contextmanager
def _temporary(name: str, shown: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="nntrain-") as folder:
        file = Path(folder, name)
        try:
            yield file
        except DataError as error:
            raise renamed(error, file, shown) from None


def _written(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the table with the cells of each column that a run knows as its file has them."""
    if not frame.columns.is_unique:
        name = next(name for name, twice in zip(frame.columns, frame.columns.duplicated(), strict=True) if twice)
        raise DataError(f"the column `{name}` is twice in `{TABLE}`", help="give each column a name of its own")
    known = {column.name: column for column in table.columns}
    frame = frame.infer_objects()  # those of an array of objects may be numbers
    cells = {str(name): _cells(frame[name], known.get(str(name)), table.decimal) for name in frame.columns}
    return pd.DataFrame(cells)


def _cells(column: Any, known: Column | None, decimal: str) -> Any:
    """Return dates in the format of the column, and whole numbers that are categories without `.0`.

    pandas makes floats of whole numbers where a cell is missing, and `3.0` is not the category `3`.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if known is not None and known.kind == "date" and pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime(known.format)
    if known is not None and known.kind == "numeric" and known.format and pd.api.types.is_numeric_dtype(column):
        style = Style.of(known.format) or Style()
        return column.astype("float64").map(style.written, na_action="ignore")
    if pd.api.types.is_float_dtype(column):
        column = column.astype("float64")  # else a 32-bit float is written with the digits of one
        if known is not None and known.kind in ("category", "boolean"):
            return column.map(lambda cell: _as_category(cell, known.categories), na_action="ignore")
    return column.map(partial(_with_decimal, sign=decimal)) if column.dtype == object else column


def _with_decimal(cell: Any, sign: str) -> Any:
    """Return a number among texts as the file writes it; pandas does so where a column has nothing else."""
    return repr(cell).replace(".", sign) if isinstance(cell, float) and cell == cell else cell


def _as_category(number: float, categories: tuple[str, ...]) -> str:
    text = repr(number)
    whole = text.removesuffix(".0")
    return text if text in categories or whole not in categories else whole
