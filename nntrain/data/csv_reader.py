"""CSV files parsed by pandas in parts, each in a thread: numbers first, texts only in the columns that have them.

pandas accepts or changes much that is wrong in a file of numbers: it fills short rows, joins `"1"2`, reads `-0` as 0.
So the bytes of the file are checked, and what pandas makes of them. A file with anything odd is read record by record,
which takes longer and gives the same columns, or every fault with its place.
"""

import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path as FilePath
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from nntrain.data.csv_header import read_header
from nntrain.data.csv_part import Doubt, Part, cut
from nntrain.data.csv_records import LARGEST, finite_numbers, read_records, settled, span_of
from nntrain.data.csv_text import SEPARATORS, CsvTable, CsvText
from nntrain.data.precision import EXACT_64, is_suspect, joined, may_have_merged, merged
from nntrain.data.raw_table import Cells, Numbers, RawTable, Words, without
from nntrain.errors import DataError
from nntrain.storage.regular_file import irregular_kind

Found = TypeVar("Found")
THREADS = min(4, os.cpu_count() or 1)  # pandas parses without the lock of the interpreter
_HEAD_BYTES = 1 << 16  # from which the columns of words are known
_HEAD_RECORDS = 100


def read_csv(table: CsvTable, words: frozenset[str] = frozenset(), wanted: Sequence[str] = ()) -> RawTable:
    """Return the columns of a file; those in `words` as they are written, also where they are numbers.

    wanted: names that a header must have. Raises DataError with every fault and its line and column.
    """
    if irregular_kind(FilePath(table.path)):
        return read_records(table, words, wanted)  # which refuses it
    try:
        return parse(table, words, wanted)
    except (Doubt, DataError, OSError):
        return read_records(table, words, wanted)


def parse(table: CsvTable, words: frozenset[str] = frozenset(), wanted: Sequence[str] = ()) -> RawTable:
    """Return the columns of a file in which nothing is odd. Raises Doubt, DataError and OSError."""
    with FilePath(table.path).open("rb") as file:
        header = file.readline()
        head = (header + b"".join(file.readlines(_HEAD_BYTES)[:_HEAD_RECORDS])).rstrip(b"\r\n") + b"\n"
        text = CsvText(table, head)
        names = read_header(text, wanted)
        records = list(islice(text.records(), 1, None))
        if table.separator not in SEPARATORS or len(records) != head.count(b"\n") - 1:
            raise Doubt
        cuts = cut(file, len(header), THREADS)
    parser = _Parser(table, len(names))
    texts = {index for index, name in enumerate(names) if name in words}
    texts |= {index for index in range(len(names)) if any(_is_word(cells[index:], table) for _, cells in records)}
    with warnings.catch_warnings(), ThreadPoolExecutor(THREADS) as threads:
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # of columns that are read again
        blocks = list(threads.map(partial(parser.block, frozenset(texts)), cuts[:-1], cuts[1:]))
        if refused := frozenset(column for block in blocks for column in block.refused) | _merged_by_pandas(blocks):
            again = threads.map(partial(parser.block, refused, only=refused), cuts[:-1], cuts[1:])
            blocks = [block.with_words(other) for block, other in zip(blocks, again, strict=True)]
    joined = {name: _joined([block.columns[index] for block in blocks]) for index, name in enumerate(names)}
    read = {
        name: settled(cells, table) if isinstance(cells, Words) and name not in words else cells
        for name, cells in joined.items()
    }
    return RawTable(read, text.file, table.place, partial(span_of, table, names), table.decimal)


def _is_word(cells: Sequence[str], table: CsvTable) -> bool:
    """Return whether the first of the cells is a text that is not a number."""
    cell = cells[0] if cells else ""
    return bool(cell) and cell not in table.missing and finite_numbers([table.number(cell)]) is None


@dataclass(frozen=True)
class _Exact:
    """A part of a column of numbers.

    suspect: its different exact values, where some may be one now. may_lose_sign: whether a `-0` may have become 0.
    has_integers: whether a cell may be a code with a 0 in front. large: the numbers from 2^53 on, as float64, to which
    pandas has rounded whole ones where `is_float`.
    """

    values: np.ndarray
    suspect: np.ndarray | None = None
    may_lose_sign: bool = False
    has_integers: bool = False
    large: np.ndarray | None = None
    is_float: bool = False


@dataclass(frozen=True)
class _Block:
    """Some rows: the columns by their position; `refused` are those that must be read as words."""

    columns: Mapping[int, _Exact | Words]
    refused: frozenset[int] = frozenset()

    def with_words(self, other: "_Block") -> "_Block":
        return replace(self, columns={**self.columns, **other.columns})


@dataclass(frozen=True)
class _Parser:
    """Parses parts of one file."""

    table: CsvTable
    width: int

    def block(self, words: frozenset[int], start: int, end: int, only: frozenset[int] | None = None) -> _Block:
        """Return the rows from `start` to `end`, of the columns `only` where given. Raises Doubt.

        Integers have no negative zero, so a part that may hold one is read again as floats, which is slower.
        """
        dtype = dict.fromkeys(words, "category")
        block = self._read(start, end, dtype, only)
        if only is not None:
            return block
        numbers = {index: cells for index, cells in block.columns.items() if isinstance(cells, _Exact)}
        has_integers = any(cells.has_integers for cells in numbers.values())
        may_lose_sign = any(cells.may_lose_sign for cells in numbers.values())
        odd = has_integers or may_lose_sign
        has_codes, has_negative_zero = _of(Part(self.table, start, end), Part.odd_zeros) if odd else (False, False)
        if has_integers and has_codes:
            codes = self._columns_with_codes(start, end, words)
            block = replace(block, refused=block.refused | codes)
        if may_lose_sign and has_negative_zero:
            floats = dict.fromkeys(numbers.keys() - block.refused, "float64")
            again = self._read(start, end, dtype | floats, None)
            return replace(again, refused=block.refused | again.refused)
        return block

    def _read(self, start: int, end: int, dtype: Mapping[int, str], only: frozenset[int] | None) -> _Block:
        """Return the rows.

        pandas refuses a row that is longer than the first, and fills one that is shorter: its last cell is missing, and
        separators are too.
        """
        with Part(self.table, start, end) as part:
            frame = self._frame(part, dtype=dtype, usecols=None if only is None else sorted(only))
        if only is None:
            if frame.shape[1] != self.width:
                raise Doubt
            expected = len(frame) * (self.width - 1)
            if frame[self.width - 1].hasnans and _of(Part(self.table, start, end), Part.separators) != expected:
                raise Doubt
        self._restore_texts(frame, start, end)
        columns: dict[int, _Exact | Words] = {}
        refused = set[int]()
        for column in map(int, frame.columns):
            found = self._cells(frame[column])
            if found is None:
                refused.add(column)
            else:
                columns[column] = found
        return _Block(columns, frozenset(refused))

    def _restore_texts(self, frame: pd.DataFrame, start: int, end: int) -> None:
        """Put the texts in place of categories that pandas has made numbers, because all of them look like some."""
        categories = {column: frame[column].dtype for column in frame.columns}
        numbers = [
            column
            for column, dtype in categories.items()
            if isinstance(dtype, pd.CategoricalDtype) and not isinstance(dtype.categories.dtype, pd.StringDtype)
        ]
        if numbers:
            with Part(self.table, start, end) as part:
                texts = self._frame(part, usecols=numbers, dtype="str")
            for column in numbers:
                frame[column] = texts[column].astype("category")

    def _frame(self, part: Part, **options: Any) -> pd.DataFrame:
        try:
            frame: pd.DataFrame = pd.read_csv(
                part,
                sep=self.table.separator,
                decimal=self.table.decimal,
                header=None,
                na_values=["", *self.table.missing],
                keep_default_na=False,
                skip_blank_lines=False,
                **options,
            )
        except (ValueError, TypeError):  # the latter where one piece of a column has words, another only numbers
            raise Doubt from None
        return frame

    def _cells(self, column: "pd.Series[Any]") -> _Exact | Words | None:
        """Return the cells, or None where they are not numbers. Raises Doubt for one that 32 bits may not hold."""
        if isinstance(column.dtype, pd.CategoricalDtype):
            names = tuple(map(str, column.cat.categories))
            return without(Words(column.cat.codes.to_numpy().astype(np.int32), names), self.table.missing)
        values = column.to_numpy()
        if values.dtype.kind not in "iuf":
            return None
        with np.errstate(over="ignore"):
            rounded = values.astype(np.float64, copy=False).astype(np.float32)
        lowest, highest = rounded.min(), rounded.max()
        if np.isnan(lowest):
            present = rounded[~np.isnan(rounded)]
            if not len(present):
                return _Exact(rounded)
            lowest, highest = present.min(), present.max()
        if not (lowest > -LARGEST and highest < LARGEST):
            raise Doubt
        suspect = is_suspect(np.array([lowest, highest]))
        may_lose_sign = not values.all()  # pandas finds the dtype of some rows at a time, of floats too
        has_integers = bool((rounded == np.rint(rounded)).any())
        exact = np.unique(values[~np.isnan(rounded)]) if suspect else None
        large = None
        if max(highest, -lowest) >= EXACT_64:
            large = values.astype(np.float64, copy=False)
            large = large[np.abs(large) >= EXACT_64]
        return _Exact(rounded, exact, may_lose_sign, has_integers, large, is_float=values.dtype.kind == "f")

    def _columns_with_codes(self, start: int, end: int, words: frozenset[int]) -> frozenset[int]:
        """Return the columns in which a number begins with a 0 and a digit."""
        columns = sorted(set(range(self.width)) - words)
        with Part(self.table, start, end) as part:
            texts = self._frame(part, usecols=columns, dtype="str")
        return frozenset(column for column in columns if texts[column].str.fullmatch(r"\s*0[0-9]+\s*").any())


def _merged_by_pandas(blocks: Sequence[_Block]) -> frozenset[int]:
    """Return the columns in which only the texts tell whether two whole numbers have become one."""
    found: dict[int, list[_Exact]] = {}
    for block in blocks:
        for column, cells in block.columns.items():
            if isinstance(cells, _Exact) and cells.large is not None:
                found.setdefault(column, []).append(cells)
    rounded = {column: parts for column, parts in found.items() if any(part.is_float for part in parts)}
    return frozenset(
        column
        for column, parts in rounded.items()
        if may_have_merged(np.concatenate([part.large for part in parts if part.large is not None]))
    )


def _of(part: Part, found: Callable[[Part], Found]) -> Found:
    with part:
        return found(part)


def _joined(parts: Sequence[_Exact | Words]) -> Cells:
    """Return a whole column."""
    numbers = [part for part in parts if isinstance(part, _Exact)]
    if len(numbers) < len(parts):
        return _joined_words([part for part in parts if isinstance(part, Words)])
    suspect = [part.suspect for part in numbers if part.suspect is not None]
    values = np.concatenate([part.values for part in numbers])
    return Numbers(values, merged(joined(suspect)) if suspect else None)


def _joined_words(parts: Iterable[Words]) -> Words:
    position: dict[str, int] = {}
    codes = []
    for part in parts:
        renamed = [position.setdefault(name, len(position)) for name in part.names]
        codes.append(np.array([*renamed, -1], np.int32)[part.codes])
    return Words(np.concatenate(codes), tuple(position))
