"""CSV files parsed by pandas in parts, each in a thread: numbers first, texts only in the columns that have them.

pandas accepts or changes much that is wrong in a file of numbers: it fills short rows, joins `"1"2`, reads `-0` as 0.
So the bytes of the file are checked, and what pandas makes of them. A file with anything odd is read record by record,
which takes longer and gives the same columns, or every fault with its place.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import pandas as pd

from nntrain.data.csv_columns import Exact, exact, merged_by_pandas, whole
from nntrain.data.csv_header import read_header
from nntrain.data.csv_part import CsvPart, Doubt, cut
from nntrain.data.csv_records import finite_numbers, read_records, settled, span_of
from nntrain.data.csv_text import SEPARATORS, CsvTable, CsvText
from nntrain.data.raw_table import RawTable, Words
from nntrain.errors import DataError
from nntrain.storage.regular_file import irregular_kind

THREADS = min(4, os.cpu_count() or 1)  # pandas parses without the lock of the interpreter
_HEAD_BYTES = 1 << 16  # from which the columns of words are known
_HEAD_RECORDS = 100
CELLS = 1 << 20  # that are parsed together: their text fits into the cache


def read_csv(table: CsvTable, words: frozenset[str] = frozenset(), required: Sequence[str] = ()) -> RawTable:
    """Return the columns of a file; those in `words` as they are written, also where they are numbers.

    required: names that a header must have. Raises DataError with every fault and its line and column.
    """
    if irregular_kind(FilePath(table.path)):
        return read_records(table, words, required)  # which refuses it
    try:
        return parse(table, words, required)
    except (Doubt, DataError, OSError):
        return read_records(table, words, required)


def parse(table: CsvTable, words: frozenset[str] = frozenset(), required: Sequence[str] = ()) -> RawTable:
    """Return the columns of a file in which nothing is odd. Raises Doubt, DataError and OSError."""
    with FilePath(table.path).open("rb") as file:
        header = file.readline()
        head = (header + b"".join(file.readlines(_HEAD_BYTES)[:_HEAD_RECORDS])).rstrip(b"\r\n") + b"\n"
        text = CsvText(table, head)
        names = read_header(text, required)
        records = list(islice(text.records(), 1, None))
        if table.separator not in SEPARATORS or len(records) != head.count(b"\n") - 1:
            raise Doubt
        cuts = cut(file, len(header), THREADS)
    texts = {index for index, name in enumerate(names) if name in words}
    texts |= {index for index in range(len(names)) if any(_is_word(cells[index:], table) for _, cells in records)}
    parser = _Parser(table, len(names), watch=any(_has_whole_number(cells, table) for _, cells in records))
    with ThreadPoolExecutor(THREADS) as threads:
        blocks = list(threads.map(partial(parser.block, frozenset(texts)), cuts[:-1], cuts[1:]))
        refused = frozenset(column for block in blocks for column in block.refused)
        if refused := refused | merged_by_pandas(block.columns for block in blocks):
            again = threads.map(partial(parser.block, refused, only=refused), cuts[:-1], cuts[1:])
            blocks = [block.with_words(other) for block, other in zip(blocks, again, strict=True)]
        columns = [[piece for block in blocks for piece in block.columns[index]] for index in range(len(names))]
        rows = sum(map(len, columns[0]))
        rooms = np.empty((len(names), rows), np.float32)  # of all at once: the system gives small pieces slowly
        found = dict(zip(names, threads.map(partial(whole, missing=table.missing), columns, rooms), strict=True))
    read = {
        name: settled(cells, table) if isinstance(cells, Words) and name not in words else cells
        for name, cells in found.items()
    }
    return RawTable(read, text.file, table.place, partial(span_of, table, names), table.decimal)


def _is_word(cells: Sequence[str], table: CsvTable) -> bool:
    """Return whether the first of the cells is a text that is not a number."""
    cell = cells[0] if cells else ""
    return bool(cell) and cell not in table.missing and finite_numbers([table.number(cell)]) is None


def _has_whole_number(cells: Sequence[str], table: CsvTable) -> bool:
    """Return whether a cell may be a code with a 0 in front, or a 0 that has a sign."""
    return any(table.number(cell).lstrip("+-").isdecimal() for cell in cells)


@dataclass(frozen=True)
class _Block:
    """Some rows: the pieces of each column by its position; `refused` are those that must be read as words."""

    columns: Mapping[int, Sequence[Exact | Words]]
    refused: frozenset[int]

    def with_words(self, other: "_Block") -> "_Block":
        return replace(self, columns={**self.columns, **other.columns})


@dataclass(frozen=True)
class _Parser:
    """Parses parts of one file."""

    table: CsvTable
    width: int
    watch: bool  # for odd zeros at once, since there are whole numbers

    @property
    def rows(self) -> int:
        """How many rows are parsed together."""
        return 1 << max(0, (CELLS // self.width).bit_length() - 1)

    def block(self, words: frozenset[int], start: int, end: int, only: frozenset[int] | None = None) -> _Block:
        """Return the rows from `start` to `end`, of the columns `only` where given. Raises Doubt.

        Integers have no negative zero, so a part that may hold one is read again as floats, which is slower.
        """
        dtype = dict.fromkeys(words, "category")
        part = CsvPart(self.table, start, end, watch=self.watch and only is None)
        block = self._read(part, dtype, only)
        if only is not None:
            return block
        numbers = [index for index, pieces in block.columns.items() if isinstance(pieces[0], Exact)]
        every = [piece for index in numbers for piece in block.columns[index] if isinstance(piece, Exact)]
        has_integers = any(piece.has_integers for piece in every)
        may_lose_sign = any(piece.may_lose_sign for piece in every)
        if not has_integers and not may_lose_sign:
            return block
        if (zeros := part.zeros) is None:
            with CsvPart(self.table, start, end) as part:
                zeros = part.odd_zeros()
        if has_integers and zeros.has_codes:
            block = replace(block, refused=block.refused | self._columns_with_codes(start, end, words))
        if may_lose_sign and zeros.has_negative:
            floats = dict.fromkeys(set(numbers) - block.refused, "float64")
            again = self._read(CsvPart(self.table, start, end), dtype | floats, None)
            return replace(again, refused=block.refused | again.refused)
        return block

    def _read(self, part: CsvPart, dtype: Mapping[int, str], only: frozenset[int] | None) -> _Block:
        """Return the rows.

        pandas refuses a row that is longer than the first, and fills one that is shorter: its last cell is missing, and
        separators are too.
        """
        columns, refused, unlike = defaultdict[int, list[Exact | Words]](list), set[int](), set[int]()
        start, rows, may_be_short = part.tell(), 0, False
        with part:
            for frame in self._frames(part, dtype=dtype, usecols=None if only is None else sorted(only)):
                if only is None and frame.shape[1] != self.width:
                    raise Doubt
                rows += len(frame)
                may_be_short = may_be_short or (only is None and frame[self.width - 1].hasnans)
                cells = {int(column): frame[column] for column in frame.columns}
                words = {column: each for column, each in cells.items() if _is_category(each)}
                unlike.update(column for column, each in words.items() if not _has_texts(each))
                numbers = {column: each.to_numpy() for column, each in cells.items() if column not in words}
                numbers = {column: each for column, each in numbers.items() if each.dtype.kind in "iuf"}
                for column, piece in exact(numbers).items():
                    columns[column].append(piece)
                for column, each in words.items():
                    columns[column].append(_words(each))
                refused |= cells.keys() - words.keys() - numbers.keys()
            end = part.tell()
        if may_be_short:
            with CsvPart(self.table, start, end) as part:
                if part.separators() != rows * (self.width - 1):
                    raise Doubt
        if unlike:
            columns |= self._texts(start, end, unlike)
        return _Block(columns, frozenset(refused))

    def _texts(self, start: int, end: int, columns: Iterable[int]) -> dict[int, list[Exact | Words]]:
        """Return columns of words of which pandas has made numbers, because all of them look like some."""
        found = defaultdict[int, list[Exact | Words]](list)
        with CsvPart(self.table, start, end) as part:
            for frame in self._frames(part, usecols=sorted(columns), dtype="str"):
                for column in frame.columns:
                    found[int(column)].append(_words(frame[column].astype("category")))
        return found

    def _frames(self, part: CsvPart, **options: Any) -> Iterator[pd.DataFrame]:
        try:
            with pd.read_csv(
                part,
                sep=self.table.separator,
                decimal=self.table.decimal,
                header=None,
                na_values=["", *self.table.missing],
                keep_default_na=False,
                skip_blank_lines=False,
                low_memory=False,
                chunksize=self.rows,
                **options,
            ) as frames:
                yield from frames
        except ValueError:
            raise Doubt from None

    def _columns_with_codes(self, start: int, end: int, words: frozenset[int]) -> frozenset[int]:
        """Return the columns in which a number begins with a 0 and a digit."""
        found, columns = set[int](), sorted(set(range(self.width)) - words)
        with CsvPart(self.table, start, end) as part:
            for frame in self._frames(part, usecols=columns, dtype="str"):
                found |= {column for column in columns if frame[column].str.fullmatch(r"\s*0[0-9]+\s*").any()}
        return frozenset(found)


def _has_texts(column: "pd.Series[Any]") -> bool:
    return isinstance(column.cat.categories.dtype, pd.StringDtype)


def _is_category(column: "pd.Series[Any]") -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype)


def _words(column: "pd.Series[Any]") -> Words:
    names = column.cat.categories.to_numpy(object).tolist()  # iterating over the index takes ten times as long
    return Words(column.cat.codes.to_numpy().astype(np.int32), tuple(names))
