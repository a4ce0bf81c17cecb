"""Parquet, by the package pyarrow: its types say what is a number, and what a text."""

from pathlib import Path as FilePath
from typing import Any

import numpy as np

from nntrain.config.messages import shown
from nntrain.data.checks import Faults
from nntrain.data.csv_records import numbers_of
from nntrain.data.csv_text import CsvTable
from nntrain.data.raw_table import Cells, RawTable, Words, without
from nntrain.errors import DataError, Problem, need

MAGIC = b"PAR1"


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
        found = parquet.ParquetFile(table.path).read()
    except (pyarrow.ArrowException, OSError) as error:
        raise _fault(table, f"`{table.name}` cannot be read: {str(error).splitlines()[0]}", "save it again") from None
    if not found.num_rows:
        raise _fault(table, f"`{table.name}` has no rows", "give a row for each example")
    _refuse_types(table, found.schema, pyarrow.types)
    columns = {name: _cells(found.column(name), name in words, table) for name in found.column_names}
    return RawTable(columns, table.name, table.place, lambda row, column: None)


def _refuse_types(table: CsvTable, schema: Any, types: Any) -> None:
    faults = Faults()
    for index, name in enumerate(schema.names):
        kind = schema.field(index).type
        plain = types.is_dictionary(kind) or types.is_temporal(kind) or types.is_null(kind) or types.is_decimal(kind)
        plain = plain or types.is_primitive(kind) or types.is_string(kind) or types.is_large_string(kind)
        if not plain or types.is_duration(kind) or types.is_time(kind):
            help = "save the file without it, or its parts as columns of their own"
            faults.add(Problem(f"column {shown(name)} is of the type `{kind}`", table.place, help))
        elif name in schema.names[:index]:
            faults.add(Problem(f"the column {shown(name)} stands twice", table.place, "rename one of the two"))
    faults.throw()


def _cells(column: Any, as_words: bool, table: CsvTable) -> Cells:
    """Return a column of pyarrow as numbers or as texts; a date becomes text in the form `2024-12-31 13:45:00`."""
    from pyarrow import types

    kind = column.type
    is_number = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_null(kind)
    if is_number and not as_words:
        return numbers_of(np.asarray(column.cast("float64").to_numpy(), np.float64))
    encoded = column.combine_chunks()
    encoded = encoded if types.is_dictionary(kind) else encoded.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    names = tuple(_text(value) for value in encoded.dictionary.to_pylist())
    return without(Words(codes, names), table.missing)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:%Y-%m-%d %H:%M:%S}" if hasattr(value, "hour") else "" if value is None else str(value)


def _fault(table: CsvTable, message: str, help: str) -> DataError:
    return DataError(problems=[Problem(message, table.place, help)])
