"""The matrix of a table: numbers, codes of categories and parts of dates, as float32."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from nntrain.config.table import UNSEEN, Column
from nntrain.data.checks import Faults
from nntrain.data.csv_faults import cell_problems
from nntrain.data.csv_reader import THREADS
from nntrain.data.raw_table import Numbers, RawTable, Spread, Words
from nntrain.data.table_dates import is_date, parsed, parts_of
from nntrain.data.table_kinds import as_numbers, not_a_date, numeric

_TILE_ROWS = 1 << 14  # stay in the cache while columns become rows; of fewer, threads wait for the interpreter's lock


@dataclass(frozen=True)
class Matrix:
    """x: float32 (n, columns). unseen: by column the number of rows whose category no training row has."""

    x: np.ndarray
    unseen: Mapping[str, int]


def matrix(raw: RawTable, columns: Sequence[Column]) -> Matrix:
    """Return the columns as the model sees them. Raises DataError for cells of another kind than their column."""
    faults, found, unseen = Faults(), list[np.ndarray | Spread](), {}
    for column in columns:
        parts, others = _encoded(raw, column, faults)
        found += parts
        if others:
            unseen[column.name] = others
    faults.throw()
    return Matrix(stacked(found), unseen)


def stacked(columns: Sequence[np.ndarray | Spread]) -> np.ndarray:
    """Return float32 (n, columns) of columns of (n,), a few rows at a time in each thread."""
    rows = len(columns[0])
    x = np.empty((rows, len(columns)), np.float32)

    def fill(start: int) -> None:
        for first in range(start, min(start + step, rows), _TILE_ROWS):
            last = min(first + _TILE_ROWS, start + step, rows)
            for index, column in enumerate(columns):
                x[first:last, index] = column[first:last]

    step = max(_TILE_ROWS, -(-rows // THREADS))
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(fill, range(0, rows, step)))
    return x


def _encoded(raw: RawTable, column: Column, faults: Faults) -> tuple[list[np.ndarray | Spread], int]:
    """Return float32 (n,) for each column of the matrix, and how many rows have an unseen category."""
    if column.kind == "numeric":
        return [_numbers(raw, column, faults)], 0
    cells = raw.words(column.name)
    if column.kind == "date":
        return [*_date(raw, cells, column, faults)], 0
    fold = column.kind == "boolean"
    position = {name: code for code, name in enumerate(column.categories)}
    unseen = np.nan if fold else UNSEEN
    codes = [position.get(text.casefold() if fold else text, unseen) for text in cells.names]
    others = [index for index, code in enumerate(codes) if code != code or code == UNSEEN]
    return [cells.spread(np.array(codes, np.float32))], int(cells.counts[others].sum()) if others else 0


def _numbers(raw: RawTable, column: Column, faults: Faults) -> np.ndarray:
    cells = raw.columns[column.name]
    if isinstance(cells, Numbers):
        return cells.values
    found, wrong = as_numbers(cells, raw.decimal, column.format)
    for problem in numeric(raw, column.name, column.format).problems if wrong else ():
        faults.add(problem)
    return found.values


def _date(raw: RawTable, cells: Words, column: Column, faults: Faults) -> list[Spread]:
    good = is_date(cells.names, column.format)
    bad = {
        text: not_a_date(text, column.format) for text, is_good in zip(cells.names, good, strict=True) if not is_good
    }
    for problem in cell_problems(raw, column.name, bad, "write all dates alike") if bad else ():
        faults.add(problem)
    return [cells.spread(part) for part in parts_of(parsed(cells.names, column.format), column)]
