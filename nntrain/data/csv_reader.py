"""CSV files of numbers, parsed by pandas.

pandas accepts or changes much that is wrong in a file of numbers: it fills short rows, joins `"1"2`, reads `-0` as 0.
So the bytes of the file are checked, and what pandas makes of them. A file with anything odd is read record by record,
which takes ten times as long and gives the same rows, or every fault with its place.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path as FilePath

import numpy as np
import pandas as pd

from nntrain.data.csv_layout import Layout, class_order, find_layout
from nntrain.data.csv_part import Doubt, Part, cut
from nntrain.data.csv_records import LARGEST, read_records
from nntrain.data.csv_text import SEPARATORS, CsvTable, CsvText
from nntrain.data.examples import Rows
from nntrain.errors import DataError

_THREADS = min(4, os.cpu_count() or 1)  # pandas parses without the lock of the interpreter
_BLOCK_CELLS = 400_000  # what fits into the cache


def load_rows(table: CsvTable, split_files: Mapping[str, str]) -> Rows:
    """Return the rows of a table, and of the files that hold splits of their own, by the name of the split.

    Raises DataError with every fault and its line and column.
    """
    rows = read_rows(table)
    like = replace(table, classes=rows.schema.classes, features=rows.schema.features)
    splits = {
        name: read_rows(replace(like, path=path, place=(*table.source, name, "file"))).remaining
        for name, path in split_files.items()
    }
    return replace(rows, validation=splits.get("validation"), test=splits.get("test"))


def read_rows(table: CsvTable) -> Rows:
    """Return the rows of a CSV file with a header. Raises DataError with every fault and its line and column."""
    try:
        return parse_rows(table)
    except (Doubt, DataError, OSError):
        return read_records(table)


def read_features(path: str | FilePath, features: Sequence[str], separator: str = ",") -> np.ndarray:
    """Return float32 (n, features): the named columns of a CSV file, in this order, whatever other columns it has.

    Raises DataError with every fault and its line and column.
    """
    rows = read_rows(CsvTable(path, separator, features=tuple(features), others_allowed=True))
    return np.asarray(rows.remaining.x)


def parse_rows(table: CsvTable) -> Rows:
    """Return the rows of a file in which nothing is odd. Raises Doubt, DataError and OSError."""
    with FilePath(table.path).open("rb") as file:
        header = file.readline()
        text = CsvText(table, header + file.readline())
        if table.separator not in SEPARATORS or [line for line, _ in text.records()] != [1, 2]:
            raise Doubt
        parser = _Parser(table, find_layout(text, table))
        cuts = cut(file, len(header), 2 * _THREADS)
    with ThreadPoolExecutor(_THREADS) as threads:
        blocks = list(chain.from_iterable(threads.map(parser.part, cuts[:-1], cuts[1:])))
    labels = {label for block in blocks for label in block.labels}
    classes = table.classes or class_order(labels)
    if "" in labels or not labels <= set(classes):
        raise Doubt
    index = {name: number for number, name in enumerate(classes)}
    y = np.concatenate([block.indices(index) for block in blocks])
    return parser.layout.rows([block.numbers for block in blocks], y, classes)


@dataclass(frozen=True)
class _Block:
    """numbers: float32 (n, features + targets). codes: (n,) the position of each row's label in `labels`."""

    numbers: np.ndarray
    has_whole_zeros: bool  # whether pandas made an integer 0 of a cell
    labels: tuple[str, ...] = ()
    codes: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    def indices(self, index: Mapping[str, int]) -> np.ndarray:
        """Return int32 (n,), the class of each row; `index` is that of each label."""
        return np.take(np.array([index[label] for label in self.labels], np.int32), self.codes)


@dataclass(frozen=True)
class _Parser:
    """Parses parts of one file."""

    table: CsvTable
    layout: Layout

    def part(self, start: int, end: int) -> list[_Block]:
        """Return the rows from `start` to `end`. Raises Doubt.

        Integers have no negative zero, so a part that holds one is read again as floats.
        """
        labels = {} if self.layout.label is None else {self.layout.label: "str"}
        blocks = self._blocks(start, end, labels)
        if any(block.has_whole_zeros for block in blocks):
            with Part(self.table, start, end) as part:
                if part.has_negative_zero():
                    return self._blocks(start, end, labels | dict.fromkeys(self.layout.numbers, "float64"))
        return blocks

    def _blocks(self, start: int, end: int, dtype: dict[int, str]) -> list[_Block]:
        """Return the rows in blocks, the columns without a dtype as pandas finds them.

        pandas refuses a row that is longer than the first and fills one that is shorter, for which separators lack.
        """
        columns = len(self.layout.header)
        with Part(self.table, start, end) as part:
            try:
                with pd.read_csv(
                    part,
                    sep=self.table.separator,
                    header=None,
                    dtype=dtype,
                    na_filter=False,
                    skip_blank_lines=False,
                    low_memory=False,
                    chunksize=max(1, _BLOCK_CELLS // columns),
                ) as frames:
                    blocks = [self._block(frame) for frame in frames]
            except ValueError:
                raise Doubt from None
            if part.separators != sum(len(block.numbers) for block in blocks) * (columns - 1):
                raise Doubt
        return blocks

    def _block(self, frame: pd.DataFrame) -> _Block:
        if frame.shape[1] != len(self.layout.header):
            raise Doubt
        numbers = np.empty((len(frame), len(self.layout.numbers)), np.float32)
        has_whole_zeros = False
        for place, column in enumerate(self.layout.numbers):
            values = frame[column].to_numpy()
            if values.dtype.kind not in "iuf":
                raise Doubt
            has_whole_zeros |= values.dtype.kind != "f" and bool((values == 0).any())
            numbers[:, place] = _float32(values)
        if self.layout.label is None:
            return _Block(numbers, has_whole_zeros)
        codes, labels = pd.factorize(frame[self.layout.label])
        return _Block(numbers, has_whole_zeros, tuple(str(label).strip() for label in labels), codes)


def _float32(values: np.ndarray) -> np.ndarray:
    """Return the numbers as float32, by way of 64 bits. Raises Doubt for NaN, and for a number that is too large."""
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float64, copy=False).astype(np.float32)
    if not (rounded.min() > -LARGEST and rounded.max() < LARGEST):
        raise Doubt
    return rounded
