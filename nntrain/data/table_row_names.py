"""The names of the rows of a table: the cells of the columns that name them, as the file has them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath

import numpy as np

from nntrain.data.raw_table import Words
from nntrain.data.row_names import RowNames
from nntrain.data.table_formats import raw_table
from nntrain.data.table_request import TableRequest
from nntrain.data.table_target import lacks_target


def row_names(request: TableRequest, split_files: Mapping[str, str], columns: Sequence[str]) -> dict[str, RowNames]:
    """Return the names of the rows by split, under an empty name those that are divided into splits.

    columns: those that name rows; a file of a split that lacks one is read without it. Raises DataError.
    """
    files = {"": request.table} | {
        name: replace(request.table, path=FilePath(path), place=(*request.table.source, name, "file"))
        for name, path in split_files.items()
    }
    return {name: _names(replace(request, table=table), columns) for name, table in files.items()}


def _names(request: TableRequest, columns: Sequence[str]) -> RowNames:
    words = request.words | frozenset(columns)
    with raw_table(request.table, request.form, words, request.target.names, request.written) as source:
        raw = source.raw
        kept = np.arange(len(raw))
        if request.target.skip_missing and all(name in raw.columns for name in request.target.names):
            kept = np.flatnonzero(~lacks_target(raw, request.target.names))
        found = {name: raw.columns[name] for name in columns if name in raw.columns}
    taken = {name: Words(cells.codes[kept], cells.names) for name, cells in found.items() if isinstance(cells, Words)}
    return RowNames(request.table.name, kept + 1, taken)
