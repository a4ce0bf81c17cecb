"""CSV files of numbers, parsed by pandas.

pandas accepts or changes much that is wrong in a file of numbers: it fills short rows, joins `"1"2`, reads `-0` as 0.
So the bytes of the file are checked, and what pandas makes of them. A file with anything odd is read record by record,
which takes ten times as long and gives the same rows, or every fault with its place.
"""

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

import numpy as np
import pandas as pd

from nntrain.data.csv_layout import Layout, class_order, find_layout
from nntrain.data.csv_meaning import notes, refuse_too_many_classes
from nntrain.data.csv_part import Doubt, Part, cut
from nntrain.data.csv_records import LARGEST, read_records
from nntrain.data.csv_text import SEPARATORS, CsvTable, CsvText
from nntrain.data.examples import Rows
from nntrain.data.precision import is_suspect, merged
from nntrain.errors import DataError
from nntrain.storage.regular_file import irregular_kind

_THREADS = min(4, os.cpu_count() or 1)  # pandas parses without the lock of the interpreter


def load_rows(table: CsvTable, split_files: Mapping[str, str]) -> Rows:
    """Return the rows of a table, and of the files that hold splits of their own, by the name of the split.

    Raises DataError with every fault and its line and column.
    """
    rows = read_rows(table)
    refuse_too_many_classes(table, rows)
    like = replace(table, classes=rows.schema.classes, features=rows.schema.features)
    splits = {
        name: read_rows(replace(like, path=path, place=(*table.source, name, "file"))).remaining
        for name, path in split_files.items()
    }
    told = tuple(notes(table, rows))
    return replace(rows, validation=splits.get("validation"), test=splits.get("test"), notes=told)


def read_rows(table: CsvTable) -> Rows:
    """Return the rows of a CSV file with a header. Raises DataError with every fault and its line and column."""
    if irregular_kind(FilePath(table.path)):
        return read_records(table)  # which refuses it
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
        cuts = cut(file, len(header), _THREADS)
    with warnings.catch_warnings(), ThreadPoolExecutor(_THREADS) as threads:
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # of columns that are refused, or ignored
        blocks = list(threads.map(parser.part, cuts[:-1], cuts[1:]))
    if not table.features and any(
        merged(np.concatenate(values)) for values in _by_column(block.suspect for block in blocks)
    ):
        raise Doubt
    labels = {label for block in blocks for label in block.labels}
    classes = table.classes or class_order(labels)
    if "" in labels or not labels <= set(classes):
        raise Doubt
    index = {name: number for number, name in enumerate(classes)}
    y = np.concatenate([block.indices(index) for block in blocks])
    return parser.layout.rows([block.numbers for block in blocks], y, classes)


@dataclass(frozen=True)
class _Block:
    """numbers: float32 (features + targets, n). codes: (n,) the position of each row's label in `labels`.

    suspect: the different values, as pandas found them, of the rows of `numbers` in which some may have merged.
    """

    numbers: np.ndarray
    has_codes: bool  # whether a cell begins with a 0 and a digit
    suspect: dict[int, np.ndarray]
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

    def part(self, start: int, end: int) -> _Block:
        """Return the rows from `start` to `end`. Raises Doubt.

        Integers have no negative zero, so a part that may hold one is read again as floats, which is slower.
        """
        labels = {} if self.layout.label is None else {self.layout.label: "str"}
        block = self._block(start, end, labels)
        if block.has_codes and self._has_codes(start, end):
            raise Doubt
        if not block.numbers.all():
            with Part(self.table, start, end) as part:
                if part.has_negative_zero():
                    return self._block(start, end, labels | dict.fromkeys(self.layout.numbers, "float64"))
        return block

    def _block(self, start: int, end: int, dtype: dict[int, str]) -> _Block:
        """Return the rows, the columns without a dtype as pandas finds them.

        pandas refuses a row that is longer than the first and fills one that is shorter, for which separators lack.
        """
        columns = len(self.layout.header)
        with Part(self.table, start, end) as part:
            try:
                frame = pd.read_csv(
                    part, sep=self.table.separator, header=None, dtype=dtype, na_filter=False, skip_blank_lines=False
                )
            except ValueError:
                raise Doubt from None
            if frame.shape[1] != columns or part.separators != len(frame) * (columns - 1):
                raise Doubt
        numbers = np.empty((len(self.layout.numbers), len(frame)), np.float32)
        suspect = {}
        for row, column in zip(numbers, self.layout.numbers, strict=True):
            values = frame[column].to_numpy()
            _round(values, row)
            if is_suspect(row):
                suspect[column] = np.unique(values)
        if self.layout.label is None:
            return _Block(numbers, part.has_codes, suspect)
        codes, names = pd.factorize(frame[self.layout.label])
        return _Block(numbers, part.has_codes, suspect, tuple(str(name).strip() for name in names), codes)

    def _has_codes(self, start: int, end: int) -> bool:
        """Return whether a number begins with a 0 and a digit."""
        with Part(self.table, start, end) as part:
            columns = list(self.layout.numbers)
            texts = pd.read_csv(
                part, sep=self.table.separator, header=None, usecols=columns, dtype="str", na_filter=False
            )
            return any(texts[column].str.match(r"\s*0\d").any() for column in columns)


def _by_column(found: Iterable[Mapping[int, np.ndarray]]) -> Iterable[list[np.ndarray]]:
    columns: dict[int, list[np.ndarray]] = {}
    for each in found:
        for column, values in each.items():
            columns.setdefault(column, []).append(values)
    return columns.values()


def _round(values: np.ndarray, to: np.ndarray) -> None:
    """Round the numbers to float32, by way of 64 bits. Raises Doubt for what is no number, or too large for one."""
    if values.dtype.kind not in "iuf":
        raise Doubt
    with np.errstate(over="ignore"):
        to[:] = values.astype(np.float64, copy=False)
    if not (to.min() > -LARGEST and to.max() < LARGEST):
        raise Doubt
