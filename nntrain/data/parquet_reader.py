"""Parquet, by the package pyarrow: its types say what is a number, and what a text."""

from pathlib import Path as FilePath
from typing import Any

import numpy as np

from nntrain.config.messages import counted, shown
from nntrain.data.checks import Faults
from nntrain.data.csv_records import fits, numbers_of
from nntrain.data.csv_text import CsvTable
from nntrain.data.precision import EXACT_64, whole_numbers
from nntrain.data.raw_table import Cells, RawTable, Words, without
from nntrain.data.row_file import memory_bytes
from nntrain.errors import DataError, Problem, need

MAGIC = b"PAR1"
_CELL_BYTES = 12  # in memory: 8 as pyarrow has it, 4 as the model does


def is_parquet(path: FilePath) -> bool:
    """Return whether the file begins as one of Parquet does."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def read_parquet(table: CsvTable, words: frozenset[str] = frozenset()) -> RawTable:
    """Return the columns; those in `words` as texts. Raises DataError for nested columns, durations and times.

    Raises MissingPackage without pyarrow.
    """
    need(table.name, "pyarrow", extra="parquet")
    import pyarrow
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(table.path, page_checksum_verification=True)
        _refuse_large(table, file.metadata.num_rows, file.metadata.num_columns)
        found = file.read()
    except (pyarrow.ArrowException, OSError) as error:
        raise _fault(table, f"`{table.name}` cannot be read: {str(error).splitlines()[0]}", "save it again") from None
    if not found.num_rows:
        raise _fault(table, f"`{table.name}` has no rows", "give a row for each example")
    _refuse_types(table, found.schema, pyarrow.types)
    columns = {name: _cells(found.column(name), name in words, table, name) for name in found.column_names}
    return RawTable(columns, table.name, table.place, lambda row, column: None)


def _refuse_large(table: CsvTable, rows: int, columns: int) -> None:
    """Raise DataError where the cells do not fit into memory: a small file may hold a billion equal ones."""
    size, most = rows * columns * _CELL_BYTES, memory_bytes()
    if size > most:
        message = f"`{table.name}` has {rows:,} rows of {counted(columns, 'column')}, which take {size / 1e9:,.0f} GB"
        raise _fault(table, f"{message}; this machine has {most / 1e9:,.0f} GB", "take fewer rows or columns")


def _refuse_types(table: CsvTable, schema: Any, types: Any) -> None:
    faults = Faults()
    for index, name in enumerate(schema.names):
        kind = schema.field(index).type
        plain = types.is_dictionary(kind) or types.is_temporal(kind) or types.is_null(kind) or types.is_decimal(kind)
        plain = (
            plain
            or types.is_primitive(kind)
            or types.is_string(kind)
            or types.is_large_string(kind)
            or types.is_string_view(kind)
        )
        if not plain or types.is_duration(kind) or types.is_time(kind):
            help = "save the file without it, or its parts as columns of their own"
            faults.add(Problem(f"column {shown(name)} is of the type `{kind}`", table.place, help))
        elif name in schema.names[:index]:
            faults.add(Problem(f"the column {shown(name)} stands twice", table.place, "rename one of the two"))
    faults.throw()


def _cells(column: Any, as_words: bool, table: CsvTable, name: str) -> Cells:
    """Return a column of pyarrow as numbers or as texts; a date becomes text in the form `2024-12-31 13:45:00`.

    A column with a number that is infinite, or too large for 32 bits, stays texts, whose reader says so.
    """
    from pyarrow import types

    if types.is_float16(column.type) or types.is_string_view(column.type):  # pyarrow cannot encode these
        column = column.cast("float32" if types.is_float16(column.type) else "string")
    kind = column.type
    is_number = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_null(kind)
    if is_number and not as_words:
        exact = np.asarray(column.cast("float64", safe=False).to_numpy(), np.float64)
        if fits(exact):
            return numbers_of(exact, _whole(column) if np.any(np.abs(exact) >= EXACT_64) else None)
    encoded = column.combine_chunks()
    encoded = encoded if types.is_dictionary(kind) else encoded.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return without(Words(codes, _texts(encoded.dictionary, table, name)), table.missing)


def _whole(column: Any) -> np.ndarray | None:
    """Return the whole numbers that float64 does not hold; floats are held."""
    from pyarrow import types

    if types.is_floating(column.type):
        return None
    return whole_numbers(value for value in column.unique().to_pylist() if value is not None)


def _texts(different: Any, table: CsvTable, name: str) -> tuple[str, ...]:
    """Return the values as texts; raises DataError for dates that Python does not have, and of unknown time zones."""
    try:
        values = different.to_pylist()
    except (OverflowError, ValueError):
        zone = getattr(different.type, "tz", None)
        where = f", which are in the time zone {shown(zone)}," if zone else ""
        help = "save dates of the years 1 to 9999, without a time zone or with a known one, or leave the column out"
        raise _fault(table, f"column {shown(name)}: its dates{where} cannot be read", help) from None
    times = "%Y-%m-%d %H:%M:%S" + ".%f" * any(getattr(value, "microsecond", 0) for value in values)
    return tuple(_text(value, times) for value in values)


def _text(value: Any, times: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or value != value:  # NaN
        return ""
    return f"{value:{times}}" if hasattr(value, "hour") else str(value)


def _fault(table: CsvTable, message: str, help: str) -> DataError:
    return DataError(problems=[Problem(message, table.place, help)])
